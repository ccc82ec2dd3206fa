# Completes tasks and flags of inv, however it is called (inv, ./inv, ../inv):
#     ./inv --print-completion-script fish | source
function __inv_complete
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -l found ($words[1] --complete -- $words (commandline --current-token --cut-at-cursor) 2>/dev/null)
    # Where there is no answer, a flag's value is due: that is often a file.
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline --current-token --cut-at-cursor)
    end
end
complete --command inv --no-files --arguments '(__inv_complete)'
