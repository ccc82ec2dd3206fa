package smoke

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"
)

const exitUsage = 2

var errAddress = errors.New("give one BASE_URL, for example http://dronescheduler-v1-0-2")

type options struct {
	address         string
	expectedVersion string
	timeout, wait   time.Duration
}

// Main runs the test that the arguments describe: 0 if every check held, 1 if not, 2 on wrong arguments.
func Main(arguments []string, out, complaints io.Writer) int {
	given, err := parse(arguments, complaints)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errAddress):
		fmt.Fprintf(complaints, "dronescheduler smoke: %v\n", err)
		return exitUsage
	case err != nil: // package flag has told it
		return exitUsage
	}
	if !New(given.address, given.expectedVersion, given.wait, given.timeout).Run(out) {
		return 1
	}
	return 0
}

// parse takes the address before, between or after the flags; package flag itself stops at it.
func parse(arguments []string, complaints io.Writer) (options, error) {
	var given options
	flags := flag.NewFlagSet("dronescheduler smoke", flag.ContinueOnError)
	flags.SetOutput(complaints)
	flags.Usage = func() {
		fmt.Fprintln(complaints, "usage: dronescheduler smoke BASE_URL [flags]")
		flags.PrintDefaults()
	}
	flags.StringVar(&given.expectedVersion, "expect-version", os.Getenv("APP_VERSION"), "default: APP_VERSION")
	timeout := flags.Float64("timeout", 5, "seconds for one request")
	wait := flags.Float64("wait", 15, "seconds to become ready")
	var addresses []string
	for rest := arguments; ; {
		if err := flags.Parse(rest); err != nil {
			return given, err
		}
		if flags.NArg() == 0 {
			break
		}
		addresses, rest = append(addresses, flags.Arg(0)), flags.Args()[1:]
	}
	if len(addresses) != 1 || !isAddress(addresses[0]) {
		return given, errAddress
	}
	given.address, given.timeout, given.wait = addresses[0], seconds(*timeout), seconds(*wait)
	return given, nil
}

func isAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != ""
}

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }
