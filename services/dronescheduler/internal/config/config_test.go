package config_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"dronescheduler/internal/config"
)

const url = "redis://:hunter2@redis.data:6379/0"

func read(variables map[string]string) (config.Settings, error) {
	return config.FromEnvironment(func(name string) string { return variables[name] })
}

func TestDefaults(t *testing.T) {
	settings, err := read(map[string]string{"REDIS_URL": url})
	if err != nil {
		t.Fatal(err)
	}
	if settings.Port != 8080 || settings.LogLevel != slog.LevelInfo || settings.LameDuck != 5*time.Second {
		t.Errorf("%+v", settings)
	}
	if settings.Version != "unknown" || settings.Commit != "unknown" {
		t.Errorf("%+v", settings)
	}
	if settings.RedisAnswerIn != time.Second {
		t.Error("the readiness probe waits for 2 s")
	}
	if settings.Redis.Addr != "redis.data:6379" || settings.Redis.Password != "hunter2" {
		t.Error("the address is not Redis's")
	}
}

func TestEverythingCanBeSet(t *testing.T) {
	settings, err := read(map[string]string{
		"REDIS_URL": url, "APP_VERSION": "1.2.3", "APP_COMMIT": "abc", "LOG_LEVEL": "warning",
		"PORT": "9000", "DRAIN_SECONDS": "0", "REDIS_SECONDS": "60",
	})
	if err != nil {
		t.Fatal(err)
	}
	settings.Redis = nil
	want := config.Settings{
		Version: "1.2.3", Commit: "abc", LogLevel: slog.LevelWarn, Port: 9000, RedisAnswerIn: time.Minute,
	}
	if settings != want {
		t.Errorf("%+v", settings)
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	_, err := read(map[string]string{
		"PORT": "http", "LOG_LEVEL": "loud", "DRAIN_SECONDS": "-1", "REDIS_SECONDS": "0",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{"REDIS_URL", "PORT", "LOG_LEVEL", "DRAIN_SECONDS", "REDIS_SECONDS"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Error("more than a line")
	}
}

func TestABadRedisURLIsRefusedWithoutQuotingIt(t *testing.T) {
	for _, bad := range []string{"http://:hunter2@redis", "redis://:a/hunter2@redis:6379", "hunter2", "redis://h/hunter2"} {
		_, err := read(map[string]string{"REDIS_URL": bad})
		if err == nil || !strings.Contains(err.Error(), "REDIS_URL") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestABadPortIsRefused(t *testing.T) {
	for _, bad := range []string{"0", "65536", "8080 ", "٣", "1e3"} {
		if _, err := read(map[string]string{"REDIS_URL": url, "PORT": bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
