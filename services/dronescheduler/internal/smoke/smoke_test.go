package smoke_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dronescheduler/internal/smoke"
	"dronescheduler/internal/testing/waiting"
)

func run(arguments ...string) (int, string, string) {
	var out, complaints strings.Builder
	code := smoke.Main(arguments, &out, &complaints)
	return code, out.String(), complaints.String()
}

func TestNobodyThereFailsReadably(t *testing.T) {
	code, out, _ := run("http://127.0.0.1:1", "--wait", "0")
	if code != 1 || strings.Count(out, "FAIL") != 5 || !strings.Contains(out, "connection refused") {
		t.Errorf("%d %s", code, out)
	}
}

func TestItWaitsForAVersionThatIsNotReadyAtOnce(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	var out strings.Builder
	smoke.New(server.URL, "", waiting.Deadline, waiting.Deadline).Run(&out)
	if !strings.Contains(out.String(), "ok    the version is ready") {
		t.Error(out.String())
	}
}

func TestAnAnswerThatIsNoneFailsReadably(t *testing.T) {
	for _, body := range []string{"", "<html>", "[]", strings.Repeat("\xff", 100_000)} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				w.WriteHeader(http.StatusCreated)
			}
			_, _ = w.Write([]byte(body))
		}))
		code, out, _ := run(server.URL, "--expect-version", "1.0.0")
		server.Close()
		if code != 1 || !strings.Contains(out, "FAIL  a new delivery gets a drone: PUT") || len(out) > 4000 {
			t.Errorf("%d %s", code, out)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	for _, arguments := range [][]string{
		{}, {"dronescheduler"}, {"http://"}, {"ftp://a"}, {"http://a", "http://b"}, {"http://a", "--loud"},
	} {
		if code, out, complaints := run(arguments...); code != 2 || out != "" || complaints == "" {
			t.Errorf("%v: %d %q %q", arguments, code, out, complaints)
		}
	}
	if code, _, help := run("--help"); code != 0 || !strings.Contains(help, "expect-version") {
		t.Errorf("%d %s", code, help)
	}
}
