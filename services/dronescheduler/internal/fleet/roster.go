package fleet

// Stations where drones live.
var (
	harbor   = Location{Latitude: 47.605, Longitude: -122.340}
	hill     = Location{Latitude: 47.660, Longitude: -122.315}
	eastside = Location{Latitude: 47.615, Longitude: -122.195}
	airfield = Location{Latitude: 47.530, Longitude: -122.302}
)

// What the three models carry. The heaviest parcel that is accepted (30 kg) is the heavy model's.
const (
	lightKg  = 2.5
	middleKg = 10
	heavyKg  = 30
)

// Roster is the fleet that is in service. Each station has all three models.
func Roster() Fleet {
	return Fleet{
		{"drone-1", harbor, Small, lightKg},
		{"drone-2", harbor, Medium, middleKg},
		{"drone-3", harbor, Large, heavyKg},
		{"drone-4", hill, Small, lightKg},
		{"drone-5", hill, Medium, middleKg},
		{"drone-6", hill, Large, heavyKg},
		{"drone-7", eastside, Small, lightKg},
		{"drone-8", eastside, Medium, middleKg},
		{"drone-9", eastside, Large, heavyKg},
		{"drone-10", airfield, Small, lightKg},
		{"drone-11", airfield, Medium, middleKg},
		{"drone-12", airfield, Large, heavyKg},
	}
}
