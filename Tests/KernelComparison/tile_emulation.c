// LDTILECFG, TILERELEASE, TILEZERO, TILELOADD, TILESTORED and TDPBSSD, decoded from their bytes and computed on tiles
// in memory. What the CPU would fault at, and what it would compute but no kernel means, ends the program.
#define _GNU_SOURCE
#include "tile_emulation.h"

#if defined(__x86_64__) && defined(__linux__)

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "amx_features.h"

static struct {
  int is_emulated, is_configured;
  uint64_t product_rows;
  bnnmk_tile_configuration configuration;
  int8_t rows[BNNMK_TILE_REGISTERS][BNNMK_TILE_ROWS][BNNMK_TILE_ROW_BYTES];
} tiles;

static void fail(const char *what, const uint8_t *code) {
  // From a handler: nothing that the interrupted program could be within.
  char text[160];
  const int length = snprintf(text, sizeof text, "tile emulation: %s, at %p: %02x %02x %02x %02x %02x %02x\n", what,
                              (const void *)code, code[0], code[1], code[2], code[3], code[4], code[5]);
  (void)!write(STDERR_FILENO, text, (size_t)length);
  abort();
}

static void expect(int is_so, const char *what, const uint8_t *code) {
  if (!is_so) {
    fail(what, code);
  }
}

// An instruction: VEX.128.PP.0F38.W0 OPCODE ModRM [SIB] [displacement].
typedef struct instruction {
  const uint8_t *code;
  int prefix;  // 0: none, 1: 66, 2: F3, 3: F2
  int opcode, mode, reg, rm, vvvv;
  int length;
  const int8_t *base;  // of the operand in memory; of a tile, its first row
  int64_t step;        // of a tile in memory: the index register, scaled
} instruction;

static int64_t read_register(const ucontext_t *user, int number) {
  static const int places[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                 REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  return user->uc_mcontext.gregs[places[number]];
}

// The operand in memory behind ModRM, and the instruction's length.
static void decode_memory(const ucontext_t *user, int x, int b, instruction *i) {
  const uint8_t *next = i->code + 5;
  int64_t base = 0;
  int has_base = 1, has_far_base = 0, number = i->rm | b << 3;
  if (i->rm == 4) {
    const int sib = *next++, index = (sib >> 3 & 7) | x << 3;
    number = (sib & 7) | b << 3;
    has_base = (sib & 7) != 5 || i->mode != 0;
    has_far_base = !has_base;
    i->step = index == 4 ? 0 : read_register(user, index) * ((int64_t)1 << (sib >> 6));
  } else if (i->rm == 5 && i->mode == 0) {
    fail("an address relative to the code", i->code);
  }
  if (has_base) {
    base = read_register(user, number);
  }
  if (i->mode == 1) {
    base += (int8_t)*next++;
  } else if (i->mode == 2 || has_far_base) {
    int32_t displacement;
    memcpy(&displacement, next, sizeof displacement);
    base += displacement;
    next += sizeof displacement;
  }
  i->base = (const int8_t *)(intptr_t)base;
  i->length = (int)(next - i->code);
}

// 0 where the bytes are no instruction for tiles.
static int decode(const ucontext_t *user, instruction *i) {
  const uint8_t *code = (const uint8_t *)user->uc_mcontext.gregs[REG_RIP];
  // Three bytes of VEX: map 0F38, W and L 0; R, X, B and vvvv inverted.
  if (code[0] != 0xc4 || (code[1] & 0x1f) != 0x02 || (code[2] & 0x84) != 0) {
    return 0;
  }
  const int high = ~code[1];
  *i = (instruction){
      .code = code,
      .prefix = code[2] & 3,
      .opcode = code[3],
      .mode = code[4] >> 6,
      .reg = (code[4] >> 3 & 7) | (high >> 7 & 1) << 3,
      .rm = code[4] & 7,
      .vvvv = ~code[2] >> 3 & 15,
      .length = 5,
  };
  if (i->mode == 3) {
    i->rm |= (high >> 5 & 1) << 3;
  } else {
    decode_memory(user, high >> 6 & 1, high >> 5 & 1, i);
  }
  return 1;
}

static void configure(const instruction *i) {
  bnnmk_tile_configuration *own = &tiles.configuration;
  memcpy(own, i->base, sizeof *own);
  expect(own->palette == 1 && own->start_row == 0, "a configuration other than of palette 1 from row 0", i->code);
  for (size_t at = 0; at < sizeof own->reserved; at++) {
    expect(own->reserved[at] == 0, "a reserved byte of the configuration is not 0", i->code);
  }
  for (int t = 0; t < 16; t++) {
    const int is_tile = t < BNNMK_TILE_REGISTERS;
    const int has_rows = own->rows[t] > 0 && own->rows[t] <= BNNMK_TILE_ROWS;
    const int has_bytes = own->row_bytes[t] > 0 && own->row_bytes[t] <= BNNMK_TILE_ROW_BYTES;
    expect(is_tile ? has_rows && has_bytes : own->rows[t] == 0 && own->row_bytes[t] == 0,
           "a tile's rows or bytes are out of range", i->code);
  }
  memset(tiles.rows, 0, sizeof tiles.rows);
  tiles.is_configured = 1;
}

static void expect_tile(int number, const instruction *i) {
  expect(tiles.is_configured, "tiles are not configured", i->code);
  expect(number < BNNMK_TILE_REGISTERS, "there is no such tile", i->code);
}

// A tile's rows from or to memory.
static void move_tile(const instruction *i, int is_load) {
  expect_tile(i->reg, i);
  expect(i->rm == 4 && i->step != 0, "a tile in memory without a step", i->code);
  for (int row = 0; row < tiles.configuration.rows[i->reg]; row++) {
    int8_t *in_memory = (int8_t *)(intptr_t)(i->base + row * i->step), *own = tiles.rows[i->reg][row];
    if (is_load) {
      memset(own, 0, BNNMK_TILE_ROW_BYTES);
      memcpy(own, in_memory, tiles.configuration.row_bytes[i->reg]);
    } else {
      memcpy(in_memory, own, tiles.configuration.row_bytes[i->reg]);
    }
  }
}

// sums[m][n] += a[m][4 * k + i] * b[k][4 * n + i].
static void multiply(const instruction *i) {
  const int sum = i->reg, a = i->rm, b = i->vvvv;
  const bnnmk_tile_configuration *own = &tiles.configuration;
  expect_tile(sum, i);
  expect_tile(a, i);
  expect_tile(b, i);
  expect(sum != a && sum != b && a != b, "a product of equal tiles", i->code);
  expect(own->row_bytes[a] % 4 == 0 && own->row_bytes[b] % 4 == 0 && own->row_bytes[sum] % 4 == 0,
         "a product of tiles whose rows are no quadruples", i->code);
  expect(own->rows[a] == own->rows[sum] && own->row_bytes[b] == own->row_bytes[sum] &&
             own->row_bytes[a] == 4 * own->rows[b],
         "a product of tiles that do not fit", i->code);
  tiles.product_rows += own->rows[sum];
  for (int m = 0; m < own->rows[sum]; m++) {
    int32_t row[BNNMK_TILE_ROW_BYTES / 4];
    memcpy(row, tiles.rows[sum][m], sizeof row);
    for (int k = 0; k < own->rows[b]; k++) {
      for (int n = 0; n < own->row_bytes[sum] / 4; n++) {
        for (int at = 0; at < 4; at++) {
          row[n] += tiles.rows[a][m][4 * k + at] * tiles.rows[b][k][4 * n + at];
        }
      }
    }
    memcpy(tiles.rows[sum][m], row, sizeof row);
  }
}

static int compute(const instruction *i) {
  const int is_memory = i->mode != 3;
  if (i->opcode == 0x49 && i->prefix == 0 && is_memory && i->reg == 0) {
    configure(i);
  } else if (i->opcode == 0x49 && i->prefix == 0 && i->code[4] == 0xc0) {
    tiles.is_configured = 0;
  } else if (i->opcode == 0x49 && i->prefix == 3 && !is_memory && i->rm == 0) {
    expect_tile(i->reg, i);
    memset(tiles.rows[i->reg], 0, sizeof tiles.rows[i->reg]);
  } else if (i->opcode == 0x4b && i->prefix == 3 && is_memory) {
    move_tile(i, 1);
  } else if (i->opcode == 0x4b && i->prefix == 2 && is_memory) {
    move_tile(i, 0);
  } else if (i->opcode == 0x5e && i->prefix == 3 && !is_memory) {
    multiply(i);
  } else {
    return 0;
  }
  return 1;
}

static struct sigaction others;

static void handle(int signal_number, siginfo_t *info, void *context) {
  ucontext_t *user = context;
  instruction i;
  if (decode(user, &i) && compute(&i)) {
    user->uc_mcontext.gregs[REG_RIP] += i.length;
  } else if (others.sa_flags & SA_SIGINFO) {
    others.sa_sigaction(signal_number, info, context);
  } else {
    signal(signal_number, SIG_DFL);
  }
}

int prepare_tiles(void) {
  if (bnnmk_available_levels() & BNNMK_AMX) {
    const int error = bnnmk_ask_for_levels(BNNMK_AMX);
    if (error) {
      fprintf(stderr, "the operating system gives no tiles: %s\n", strerror(error));
    }
    return error == 0;
  }
  if (!(bnnmk_available_levels() & BNNMK_AVX512)) {
    return 0;
  }
  // Kernels use no red zone that a handler on this stack could be in: the system leaves it out.
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
  tiles.is_emulated = sigaction(SIGILL, &action, &others) == 0;
  return tiles.is_emulated;
}

int tiles_are_emulated(void) { return tiles.is_emulated; }
uint64_t emulated_product_rows(void) { return tiles.product_rows; }

void expect_released_tiles(void) {
  if (tiles.is_emulated && tiles.is_configured) {
    fprintf(stderr, "tile emulation: a kernel has not released the tiles\n");
    abort();
  }
}

#else

int prepare_tiles(void) { return 0; }
int tiles_are_emulated(void) { return 0; }
uint64_t emulated_product_rows(void) { return 0; }
void expect_released_tiles(void) {}

#endif
