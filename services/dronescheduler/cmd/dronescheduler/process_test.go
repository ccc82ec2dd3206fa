package main

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dronescheduler/internal/testing/waiting"
)

// asService makes this test program be the service, so that tests run what main runs as a process of its own.
const asService = "TEST_AS_SERVICE"

func TestMain(m *testing.M) {
	if os.Getenv(asService) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// reservedPort is a port bound but not listened on, until the test ends. The system gives a bound port to nobody
// who asks for any free one, so tests that run at the same time never meet. A server that asks for this very port
// gets it, because both set SO_REUSEADDR, which package net does. Without a server, connections are refused.
func reservedPort(t *testing.T) int {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	return name.(*syscall.SockaddrInet4).Port
}

// output takes what a process writes while it is looked at.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (o *output) Write(data []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(data)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}

// process is dronescheduler in a process of its own; it ends with the test.
type process struct {
	t        *testing.T
	command  *exec.Cmd
	out, err output
	ended    chan struct{}
	address  string
}

// start runs the service's program; the environment is these variables only.
func start(t *testing.T, arguments []string, environment ...string) *process {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, command: exec.Command(program, arguments...), ended: make(chan struct{})}
	p.command.Env = append([]string{asService + "=1"}, environment...)
	p.command.Stdout, p.command.Stderr = &p.out, &p.err
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		<-p.ended
	})
	return p
}

// startService runs a service and returns once it listens; its lame duck takes no time unless told otherwise.
func startService(t *testing.T, redisURL string, environment ...string) *process {
	t.Helper()
	port := strconv.Itoa(reservedPort(t))
	variables := append([]string{
		"REDIS_URL=" + redisURL, "REDIS_SECONDS=60", "APP_VERSION=1.0.0", "APP_COMMIT=abc1234",
		"DRAIN_SECONDS=0", "PORT=" + port,
	}, environment...)
	p := start(t, nil, variables...)
	p.address = net.JoinHostPort("127.0.0.1", port)
	// Its signal handlers are set before it listens.
	waiting.Until(t, "the service listens", func() bool { return p.hasEnded() || p.listens() })
	if p.hasEnded() {
		t.Fatalf("it ended: %s%s", p.out.String(), p.err.String())
	}
	return p
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

func (p *process) listens() bool {
	connection, err := net.Dial("tcp", p.address)
	if err == nil {
		_ = connection.Close()
	}
	return err == nil
}

func (p *process) signal(signal syscall.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
}

// finish waits for the end and returns the exit code.
func (p *process) finish() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(waiting.Deadline):
		p.t.Fatal("it does not end")
	}
	return p.command.ProcessState.ExitCode()
}

func (p *process) stop() int {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	return p.finish()
}

// ask makes a request over a kept-alive connection.
func (p *process) ask(method, path, body string) *http.Response {
	p.t.Helper()
	request, err := http.NewRequest(method, "http://"+p.address+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	answer, err := (&http.Client{Timeout: waiting.Deadline}).Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer
}
