"""What functions for 32-bit ARM are made of around their loops."""

# Whatever the compiler is told about the instruction set, this is ARM's, not Thumb's; calls from both find it.
CONDITION = "defined(__arm__) && defined(__ARM_NEON) && defined(__ELF__)"
PREAMBLE = ["  .syntax unified", "  .arch armv7-a", "  .fpu neon", "  .arm"]
FOOTER = ""


def function(name: str, body: list[str]) -> list[str]:
    """A leaf function that may use all registers; half of them are the caller's.

    Nothing is thrown through kernels, and unwinding them would take routines of the compiler's library.
    """
    return [
        "",
        f'  .section .text.{name}, "ax", %progbits',
        "  .p2align 6",
        f"  .globl {name}",
        f"  .hidden {name}",
        f"  .type {name}, %function",
        f"{name}:",
        "  .fnstart",
        "  push {r4-r11, lr}",
        "  vpush {d8-d15}",
        *body,
        "  vpop {d8-d15}",
        "  pop {r4-r11, pc}",
        "  .cantunwind",
        "  .fnend",
        f"  .size {name}, . - {name}",
    ]
