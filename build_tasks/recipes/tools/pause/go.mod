module build-tasks.invalid/pause

go 1.26.8
