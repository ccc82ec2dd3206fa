// Command dronescheduler picks a drone for each delivery and answers for it over HTTP.
//
// Without an argument it serves until SIGTERM; `dronescheduler smoke BASE_URL` tests a deployed version.
// It exits 0 after a graceful stop, 2 on wrong arguments and 78 on bad configuration.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"dronescheduler/internal/config"
	"dronescheduler/internal/serving"
	"dronescheduler/internal/smoke"
	"dronescheduler/internal/web"
)

const (
	exitUsage         = 2  // the other services' tools' too
	exitConfiguration = 78 // EX_CONFIG of sysexits.h
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(arguments []string) int {
	switch {
	case len(arguments) == 0:
		return serve()
	case arguments[0] == "smoke":
		return smoke.Main(arguments[1:], os.Stdout, os.Stderr)
	default:
		fmt.Fprintln(os.Stderr, "usage: dronescheduler [smoke BASE_URL ...]")
		return exitUsage
	}
}

func serve() int {
	settings, err := config.FromEnvironment(os.Getenv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "dronescheduler cannot start: %v\n", err)
		return exitConfiguration
	}
	log := web.NewLog(os.Stdout, settings.LogLevel, settings.Version)
	if err := serving.Serve(context.Background(), settings, log); err != nil {
		log.Error("cannot serve", slog.String("error", err.Error()))
		return 1
	}
	log.Info("stopped")
	return 0
}
