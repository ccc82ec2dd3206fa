package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"dronescheduler/internal/fleet"
)

// MaxBodyBytes is how large the body of a request may be.
const MaxBodyBytes = 16 * 1024

const heaviestKg = 30

type location struct {
	Latitude  *float64 `json:"latitude"`
	Longitude *float64 `json:"longitude"`
	Altitude  float64  `json:"altitude"`
}

type parcel struct {
	Size     *string  `json:"size"`
	WeightKg *float64 `json:"weightKg"`
}

// flight is what a client says about a delivery that needs a drone.
//
// Unknown fields are ignored: versions run side by side and traffic moves back, so this version must accept what
// a newer caller sends. Nothing but the pickup and the parcel decides which drone it is, so far; the rest is
// checked, so that a caller that sends nonsense hears of it now and not when it begins to matter.
type flight struct {
	Pickup    *location `json:"pickup"`
	Dropoff   *location `json:"dropoff"`
	Expedited bool      `json:"expedited"`
	Parcel    *parcel   `json:"package"`
}

// readFlight gives the flight that the request's body describes, or the refusal to answer with.
func readFlight(w http.ResponseWriter, r *http.Request) (flight, error) {
	var wanted flight
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBodyBytes))
	if err != nil {
		w.Header().Set("Connection", "close") // rather than read the rest of it
		return wanted, unreadable(err)
	}
	if !utf8.Valid(body) {
		return wanted, refusal{http.StatusBadRequest, "The body is not JSON: it is not UTF-8."}
	}
	if err := json.Unmarshal(body, &wanted); err != nil {
		return wanted, malformed(err)
	}
	if mistakes := wanted.mistakes(); len(mistakes) > 0 {
		return wanted, refusal{http.StatusUnprocessableEntity, strings.Join(mistakes, "; ") + "."}
	}
	return wanted, nil
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		detail := fmt.Sprintf("A flight takes at most %d bytes.", tooLarge.Limit)
		return refusal{http.StatusRequestEntityTooLarge, detail}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return refusal{http.StatusRequestTimeout, "The body of the request was not there in time."}
	}
	return refusal{http.StatusBadRequest, "The body of the request broke off."}
}

func malformed(err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		detail := "The body must be an object."
		if wrongType.Field != "" {
			detail = fmt.Sprintf("$.%s: a %s does not belong there.", wrongType.Field, wrongType.Value)
		}
		return refusal{http.StatusUnprocessableEntity, detail}
	}
	return refusal{http.StatusBadRequest, fmt.Sprintf("The body is not JSON: %v.", err)}
}

// mistakes names every field that is wrong, and how.
func (f flight) mistakes() []string {
	found := append(f.Pickup.mistakes("pickup"), f.Dropoff.mistakes("dropoff")...)
	return append(found, f.Parcel.mistakes()...)
}

func (l *location) mistakes(name string) []string {
	if l == nil {
		return []string{fmt.Sprintf("$.%s is missing", name)}
	}
	var found []string
	found = append(found, outside(fmt.Sprintf("$.%s.latitude", name), l.Latitude, 90)...)
	return append(found, outside(fmt.Sprintf("$.%s.longitude", name), l.Longitude, 180)...)
}

func outside(path string, degrees *float64, most float64) []string {
	if degrees == nil {
		return []string{path + " is missing"}
	}
	if *degrees < -most || *degrees > most {
		return []string{fmt.Sprintf("%s must be from -%g to %g", path, most, most)}
	}
	return nil
}

func (p *parcel) mistakes() []string {
	if p == nil {
		return []string{"$.package is missing"}
	}
	var found []string
	if p.Size == nil {
		found = append(found, "$.package.size is missing")
	} else if _, known := fleet.SizeNamed(*p.Size); !known {
		found = append(found, "$.package.size must be small, medium or large")
	}
	if p.WeightKg == nil {
		found = append(found, "$.package.weightKg is missing")
	} else if *p.WeightKg <= 0 || *p.WeightKg > heaviestKg {
		found = append(found, fmt.Sprintf("$.package.weightKg must be above 0 and at most %d", heaviestKg))
	}
	return found
}

// parcel gives what is to be carried. The flight must have no mistakes.
func (f flight) parcel() fleet.Parcel {
	size, _ := fleet.SizeNamed(*f.Parcel.Size)
	return fleet.Parcel{Size: size, WeightKg: *f.Parcel.WeightKg}
}

// pickup gives where the parcel is. The flight must have no mistakes.
func (f flight) pickup() fleet.Location {
	return fleet.Location{Latitude: *f.Pickup.Latitude, Longitude: *f.Pickup.Longitude}
}
