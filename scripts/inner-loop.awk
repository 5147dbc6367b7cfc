#!/usr/bin/awk -f
# Prints the most work of function `kernel` that is straight code, from a disassembly without raw instructions, as
# llvm-mca takes it: the longest stretch between branches, and addresses that branches lead to, that counts bits. An address
# that only a jump ahead leads to, behind which a loop begins, is one inside the loop, where its first turn is entered.
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
  inside = ($0 ~ "<" kernel ">:$")
  next
}
inside && /^ *[0-9a-f]+:/ {
  line = $0
  sub(/^ *[0-9a-f]+:[ \t]*/, "", line)
  sub(/[ \t]*(\/\/|@|;).*$/, "", line)
  at[++count] = $1
  code[count] = line
  if (line ~ /^(b|bl|cb|tb|b\.)[a-z.]*[ \t]/ && match(line, /[0-9a-f]+ </)) {
    to = substr(line, RSTART, RLENGTH - 2) ":"
    if (line ~ /^b[ \t]/ && to > $1) {
      entered[to] = count
    } else {
      is_target[to] = 1
    }
  }
}
END {
  for (to in entered) {
    if (!(at[entered[to] + 1] in is_target)) {
      is_target[to] = 1
    }
  }
  for (i = 1; i <= count; i++) {
    if (at[i] in is_target) {
      finish()
    }
    if (code[i] ~ /^(b|bl|cb|tb|ret|b\.)[a-z.]*[ \t]/ || code[i] ~ /^(ret|nop)/) {
      if (code[i] !~ /^nop/) {
        finish()
      }
      continue
    }
    if (code[i] ~ /^v?cnt/) {
      counting++
    }
    gsub(/<[^>]*>/, "", code[i])
    block = block code[i] "\n"
  }
  finish()
  printf "%s", best
}
