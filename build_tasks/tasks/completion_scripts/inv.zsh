# Completes tasks and flags of inv, however it is called (inv, ./inv, ../inv). After compinit:
#     eval "$(./inv --print-completion-script zsh)"
_inv_complete() {
    local -a found
    found=("${(@f)$("${words[1]/#\~/$HOME}" --complete -- "${(@)words[1,CURRENT]}" 2>/dev/null)}")
    # Where there is no answer, a flag's value is due: that is often a file.
    if [[ -n "$found" ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _inv_complete inv
