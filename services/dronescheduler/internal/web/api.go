package web

import (
	"fmt"
	"net/http"

	"dronescheduler/internal/assignments"
	"dronescheduler/internal/fleet"
)

const flightPath = "/api/dronedeliveries/{id}"

// assignment is the answer of the API: which drone flies the delivery of that id.
type assignment struct {
	ID      string `json:"id"`
	DroneID string `json:"droneId"`
}

// api is what clients come for.
type api struct {
	store assignments.Store
	fleet fleet.Fleet
}

// put assigns a drone and may be repeated: 201 with a drone chosen now, 200 with the one chosen before, whatever
// the body says then, because the drone may be on its way.
func (a api) put(w http.ResponseWriter, r *http.Request) error {
	id, err := deliveryID(r)
	if err != nil {
		return err
	}
	wanted, err := readFlight(w, r)
	if err != nil {
		return err
	}
	candidates := a.fleet.Suitable(wanted.parcel(), wanted.pickup())
	if len(candidates) == 0 {
		return refusal{http.StatusUnprocessableEntity, "No drone of the fleet can carry such a package."}
	}
	drone, created, err := a.store.Assign(r.Context(), id, candidates)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return writeJSON(w, status, assignment{id, drone})
}

func (a api) get(w http.ResponseWriter, r *http.Request) error {
	id, err := deliveryID(r)
	if err != nil {
		return err
	}
	drone, found, err := a.store.Find(r.Context(), id)
	if err != nil {
		return err
	}
	if !found {
		return refusal{http.StatusNotFound, fmt.Sprintf("No drone is assigned to delivery %s.", id)}
	}
	return writeJSON(w, http.StatusOK, assignment{id, drone})
}

func deliveryID(r *http.Request) (string, error) {
	id := r.PathValue("id")
	if !assignments.IsID(id) {
		const rule = "A delivery id is 1 to 64 letters, digits, '.', '_' or '-', and begins with a letter or digit."
		return "", refusal{http.StatusUnprocessableEntity, rule}
	}
	return id, nil
}
