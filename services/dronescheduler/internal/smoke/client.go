package smoke

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	mostBytes  = 64 * 1024
	shownBytes = 300
)

type client struct {
	address string
	http    *http.Client
}

// ask makes a request and decodes the answer into `into`, unless that is nil; the error says what was seen
// instead of the status that was expected.
func (c client) ask(method, path, body string, status int, into any) error {
	request, err := http.NewRequest(method, strings.TrimSuffix(c.address, "/")+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, mostBytes))
	if err != nil {
		return err
	}
	if response.StatusCode != status {
		return fmt.Errorf("%s %s answered %d, not %d: %s", method, path, response.StatusCode, status, shown(answer))
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s answered no JSON object: %s", method, path, shown(answer))
	}
	return nil
}

func shown(answer []byte) string {
	return strings.ToValidUTF8(string(answer[:min(len(answer), shownBytes)]), "?")
}
