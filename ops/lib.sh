# Shared by the scripts of ops/. Bash, because on a fresh machine Python is not there yet; everything that can
# wait until Python is there is in ops/*.py.

STAMPS=.stamps

say() { printf 'switchroom: %s\n' "$*"; }

# fail SENTENCE: what is wrong, where, what to do.
fail() {
  printf 'switchroom: %s\n' "$*" >&2
  exit 1
}

# as_root COMMAND...: run it as root, through sudo unless we are root.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    fail "Installing Debian packages needs root and sudo is not installed: run this as root once (every later start works without)."
  fi
}

# packages_in FILE...: the package names listed there.
packages_in() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

# digest FILE...: one digest over the contents, and over where we are, since a moved .venv does not work.
digest() { { pwd; cat -- "$@"; } | sha256sum | cut -d' ' -f1; }

# done_before STEP DIGEST / mark_done STEP DIGEST: a step leaves a stamp holding the digest of its inputs.
done_before() { [[ -f $STAMPS/$1 && $(<"$STAMPS/$1") == "$2" ]]; }
mark_done() {
  mkdir -p "$STAMPS"
  printf '%s\n' "$2" >"$STAMPS/$1.new"
  mv "$STAMPS/$1.new" "$STAMPS/$1"
}

# logged STEP SENTENCE COMMAND...: run quietly; on failure show the end of the output and the sentence, by its cause.
logged() {
  local step=$1 sentence=$2 log
  shift 2
  mkdir -p "$STAMPS"
  log=$STAMPS/$step.log
  if "$@" >"$log" 2>&1 </dev/null; then
    return
  fi
  tail -n 15 "$log" >&2
  explain "$log" "$sentence"
}

# explain LOG SENTENCE: the usual causes in words; anything else is SENTENCE.
explain() {
  local kept="Then start the same command again: what is already done is kept."
  if grep -qiE 'could not get lock|is another process using it|waiting for cache lock' "$1"; then
    fail "The package system is in use$(grep -oiE 'held by process [0-9]+ \([^)]*\)' "$1" | head -n 1 | sed 's/^[^0-9]*/ by process /'): wait until that is finished. $kept"
  elif grep -qiE 'no space left|enough free space' "$1"; then
    fail "The disk is full: free at least 3 GB. $kept"
  elif grep -qiE 'could not resolve|temporary failure|failed to establish|could not connect|unable to connect|network is unreachable|connection timed out|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED' "$1"; then
    fail "The servers that packages come from cannot be reached: connect this machine to the internet. $kept"
  elif grep -qiE 'certificate.verify.failed|self.signed.certificate' "$1"; then
    fail "Something between this machine and the internet (a company proxy?) replaces TLS certificates: set PIP_CERT and NODE_EXTRA_CA_CERTS to a file with its authority. $kept"
  elif grep -qE 'sudo: .*(required|incorrect)|not in the sudoers' "$1"; then
    fail "Installing Debian packages needs root and sudo refused: run this as root once (every later start works without)."
  fi
  fail "$2 The whole output is in $1. $kept"
}
