// Package fleet knows the drones: where each of them lives and what it can carry.
package fleet

import (
	"cmp"
	"math"
	"slices"
)

// Location is a place in degrees (WGS 84).
type Location struct {
	Latitude, Longitude float64
}

// Size is the room that a package takes; a larger one has the larger value.
type Size int

// Sizes of packages.
const (
	Small Size = iota + 1
	Medium
	Large
)

// SizeNamed gives the size of that name, or false.
func SizeNamed(name string) (Size, bool) {
	size, known := map[string]Size{"small": Small, "medium": Medium, "large": Large}[name]
	return size, known
}

// Parcel is what a drone is to carry.
type Parcel struct {
	Size     Size
	WeightKg float64
}

// Drone is one aircraft of the fleet.
type Drone struct {
	ID        string
	Home      Location
	Hold      Size
	PayloadKg float64
}

// Carries says whether the parcel fits into the drone's hold and is not too heavy.
func (d Drone) Carries(parcel Parcel) bool {
	return parcel.Size <= d.Hold && parcel.WeightKg <= d.PayloadKg
}

// Fleet is every drone there is.
type Fleet []Drone

// Suitable gives the ids of the drones that can carry the parcel, those that live nearest to the pickup first.
// The order of two at the same distance is the fleet's.
func (f Fleet) Suitable(parcel Parcel, pickup Location) []string {
	able := slices.DeleteFunc(slices.Clone(f), func(d Drone) bool { return !d.Carries(parcel) })
	slices.SortStableFunc(able, func(a, b Drone) int {
		return cmp.Compare(distanceKm(a.Home, pickup), distanceKm(b.Home, pickup))
	})
	ids := make([]string, len(able))
	for i, drone := range able {
		ids[i] = drone.ID
	}
	return ids
}

// distanceKm is the way over the surface of the earth (haversine formula).
func distanceKm(from, to Location) float64 {
	const earthRadiusKm = 6371
	latitudes := radians(to.Latitude - from.Latitude)
	longitudes := radians(to.Longitude - from.Longitude)
	h := square(math.Sin(latitudes/2)) +
		math.Cos(radians(from.Latitude))*math.Cos(radians(to.Latitude))*square(math.Sin(longitudes/2))
	// Rounding can lift h above 1 for two places on opposite sides, where the arcsine has no value.
	return 2 * earthRadiusKm * math.Asin(math.Sqrt(min(h, 1)))
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

func square(x float64) float64 { return x * x }
