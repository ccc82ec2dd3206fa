# Completes tasks and flags of inv, however it is called (inv, ./inv, ../inv):
#     eval "$(./inv --print-completion-script bash)"
_inv_complete() {
    local IFS=$'\n' program=${1/#\~/$HOME}
    COMPREPLY=($("$program" --complete -- "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null))
}
# Where there is no answer, a flag's value is due: that is often a file.
complete -o default -F _inv_complete inv
