// Package redisserver runs a real Redis for a test.
package redisserver

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9"

	"dronescheduler/internal/testing/waiting"
)

// Password is what the server asks for; no log may have it.
const Password = "not-to-be-logged"

// Server is a Redis that keeps nothing on disk and listens on a socket file, so no test needs a free port.
type Server struct {
	t       testing.TB
	folder  string
	process *exec.Cmd
}

// New gives a server that does not run yet; it ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	// Not t.TempDir(): the name of a socket may have 107 bytes, and that of a test is part of the folder's.
	folder, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	server := &Server{t: t, folder: folder}
	t.Cleanup(func() {
		server.Stop()
		_ = os.RemoveAll(folder)
	})
	return server
}

// Started gives a server that runs.
func Started(t testing.TB) *Server {
	t.Helper()
	server := New(t)
	server.Start()
	return server
}

// URL is its address, with the password, whether it runs or not.
func (s *Server) URL() string { return fmt.Sprintf("unix://:%s@%s?db=0", Password, s.socket()) }

// Options is its address as the client takes it.
func (s *Server) Options() *redis.Options {
	s.t.Helper()
	options, err := redis.ParseURL(s.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	return options
}

// Start runs it until it answers.
func (s *Server) Start() {
	s.t.Helper()
	s.process = exec.Command("redis-server", "--port", "0", "--unixsocket", s.socket(),
		"--dir", s.folder, "--save", "", "--requirepass", Password)
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("%v; the testrunner image brings it (apt: redis-server)", err)
	}
	waiting.Until(s.t, "Redis listens", func() bool {
		connection, err := net.Dial("unix", s.socket())
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	})
}

// Stop ends it at once; Start begins anew, with nothing kept.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	_ = os.Remove(s.socket())
	s.process = nil
}

func (s *Server) socket() string { return filepath.Join(s.folder, "redis.sock") }
