package fleet_test

import (
	"slices"
	"testing"

	"dronescheduler/internal/fleet"
)

var (
	here = fleet.Location{Latitude: 47.6, Longitude: -122.3}
	crew = fleet.Fleet{
		{ID: "far", Home: fleet.Location{Latitude: 48.6, Longitude: -122.3}, Hold: fleet.Large, PayloadKg: 30},
		{ID: "near-small", Home: here, Hold: fleet.Small, PayloadKg: 2},
		{ID: "near-large", Home: here, Hold: fleet.Large, PayloadKg: 20},
	}
)

func TestSuitableIsWhoCanCarryItNearestFirst(t *testing.T) {
	for name, test := range map[string]struct {
		parcel fleet.Parcel
		want   []string
	}{
		"all, and the fleet's order among equals": {
			fleet.Parcel{Size: fleet.Small, WeightKg: 2}, []string{"near-small", "near-large", "far"},
		},
		"too heavy for one":  {fleet.Parcel{Size: fleet.Small, WeightKg: 2.1}, []string{"near-large", "far"}},
		"too large for one":  {fleet.Parcel{Size: fleet.Medium, WeightKg: 1}, []string{"near-large", "far"}},
		"only for the far":   {fleet.Parcel{Size: fleet.Large, WeightKg: 30}, []string{"far"}},
		"too heavy for each": {fleet.Parcel{Size: fleet.Small, WeightKg: 31}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := crew.Suitable(test.parcel, here); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestTheDateLineIsNoDistance(t *testing.T) {
	drones := fleet.Fleet{
		{ID: "greenwich", Home: fleet.Location{}, Hold: fleet.Large, PayloadKg: 30},
		{ID: "fiji", Home: fleet.Location{Longitude: 179}, Hold: fleet.Large, PayloadKg: 30},
	}
	west := fleet.Location{Longitude: -179}
	if got := drones.Suitable(fleet.Parcel{Size: fleet.Small, WeightKg: 1}, west); got[0] != "fiji" {
		t.Errorf("got %v", got)
	}
}

func TestPlacesOnOppositeSidesHaveADistance(t *testing.T) {
	north := fleet.Location{Latitude: 47.6, Longitude: 10}
	antipode := fleet.Location{Latitude: -47.6, Longitude: -170}
	drones := fleet.Fleet{
		{ID: "antipode", Home: antipode, Hold: fleet.Large, PayloadKg: 30},
		{ID: "here", Home: here, Hold: fleet.Large, PayloadKg: 30},
	}
	if got := drones.Suitable(fleet.Parcel{Size: fleet.Small, WeightKg: 1}, north); got[0] != "here" {
		t.Errorf("got %v", got)
	}
}

func TestTheRosterCarriesWhateverIsAccepted(t *testing.T) {
	for _, size := range []fleet.Size{fleet.Small, fleet.Medium, fleet.Large} {
		if len(fleet.Roster().Suitable(fleet.Parcel{Size: size, WeightKg: 30}, here)) == 0 {
			t.Errorf("nobody carries 30 kg of size %d", size)
		}
	}
}

func TestTheRosterNamesEachDroneOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, drone := range fleet.Roster() {
		if seen[drone.ID] {
			t.Errorf("%s is there twice", drone.ID)
		}
		seen[drone.ID] = true
	}
}

func TestSizesHaveNames(t *testing.T) {
	for name, want := range map[string]fleet.Size{"small": fleet.Small, "medium": fleet.Medium, "large": fleet.Large} {
		if got, known := fleet.SizeNamed(name); got != want || !known {
			t.Errorf("%s: %v, %v", name, got, known)
		}
	}
	if _, known := fleet.SizeNamed("huge"); known {
		t.Error("huge is no size")
	}
}
