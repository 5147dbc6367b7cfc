#!/usr/bin/awk -f
# Prints the most work of function `kernel` that is straight code, from a disassembly without raw instructions, as
# llvm-mca takes it: the longest stretch between labels and backward branches that counts bits.
#
#     inner-loop.awk -v kernel=NAME FILE
function finish() {
  if (counting > most) {
    most = counting
    best = block
  }
  block = ""
  counting = 0
}
/^[0-9a-f]+ <.*>:$/ {
  finish()
  inside = ($0 ~ "<" kernel ">:$")
  next
}
inside && /^ *[0-9a-f]+:/ {
  sub(/^ *[0-9a-f]+:[ \t]*/, "")
  sub(/[ \t]*(\/\/|@|;).*$/, "")
  if ($0 ~ /^(b|bl|cb|tb|ret|b\.)[a-z.]*[ \t]/ || $0 ~ /^(ret|nop)/) {
    if ($0 !~ /^nop/) {
      finish()
    }
    next
  }
  if ($0 ~ /^v?cnt/) {
    counting++
  }
  gsub(/<[^>]*>/, "")
  block = block $0 "\n"
}
END {
  finish()
  printf "%s", best
}
