// Package config reads the environment once and reports every mistake in it at once.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const redisForm = "redis://[user:password@]host:port/db"

// Settings is a runnable service, as its environment describes it.
type Settings struct {
	// Redis carries a password: its address only goes to the Redis client.
	Redis         *redis.Options
	Version       string
	Commit        string
	LogLevel      slog.Level
	Port          int
	LameDuck      time.Duration
	RedisAnswerIn time.Duration
}

// FromEnvironment gives the settings or an error that names every mistake, never a value that was given.
func FromEnvironment(get func(string) string) (Settings, error) {
	reading := reading{get: get}
	settings := Settings{
		Redis:         reading.redis("REDIS_URL"),
		Version:       reading.text("APP_VERSION", "unknown"),
		Commit:        reading.text("APP_COMMIT", "unknown"),
		LogLevel:      reading.level("LOG_LEVEL", "info"),
		Port:          reading.wholeNumber("PORT", 8080, 1, 65535),
		LameDuck:      reading.seconds("DRAIN_SECONDS", 5, 0, 300),
		RedisAnswerIn: reading.seconds("REDIS_SECONDS", 1, 1, 60),
	}
	return settings, reading.err()
}

type reading struct {
	get      func(string) string
	mistakes []string
}

func (r *reading) text(name, otherwise string) string {
	if value := r.get(name); value != "" {
		return value
	}
	return otherwise
}

func (r *reading) redis(name string) *redis.Options {
	value := r.get(name)
	if value == "" {
		r.mistaken("%s is not set (%s)", name, redisForm)
		return nil
	}
	options, err := redis.ParseURL(value)
	if err != nil {
		// The library's message can quote the part of the URL that holds the password.
		r.mistaken("%s is not a Redis URL (%s)", name, redisForm)
	}
	return options
}

func (r *reading) level(name, otherwise string) slog.Level {
	switch r.text(name, otherwise) {
	case "debug", "DEBUG":
		return slog.LevelDebug
	case "info", "INFO":
		return slog.LevelInfo
	case "warning", "WARNING":
		return slog.LevelWarn
	case "error", "ERROR":
		return slog.LevelError
	}
	r.mistaken("%s must be one of debug, info, warning, error", name)
	return slog.LevelInfo
}

func (r *reading) seconds(name string, otherwise, least, most int) time.Duration {
	return time.Duration(r.wholeNumber(name, otherwise, least, most)) * time.Second
}

func (r *reading) wholeNumber(name string, otherwise, least, most int) int {
	text := r.get(name)
	if text == "" {
		return otherwise
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < least || number > most {
		r.mistaken("%s must be a whole number from %d to %d", name, least, most)
	}
	return number
}

func (r *reading) mistaken(format string, values ...any) {
	r.mistakes = append(r.mistakes, fmt.Sprintf(format, values...))
}

func (r *reading) err() error {
	if len(r.mistakes) == 0 {
		return nil
	}
	// One line, which is what stderr gets.
	return errors.New(strings.Join(r.mistakes, "; "))
}
