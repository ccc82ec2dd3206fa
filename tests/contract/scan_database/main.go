// Writes a small vulnerability database with grype's own writer, as its publisher distributes one.
//
// usage: scan-database FOLDER < description.json
//
// FOLDER then holds latest.json and the archive that it names: serve it as <url>/v6/.
package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"log"
	"os"
	"path/filepath"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/distribution"
)

type description struct {
	Built           time.Time       `json:"built"`
	Vulnerabilities []vulnerability `json:"vulnerabilities"`
}

// vulnerability in a package of an ecosystem. Debian and Codename name the release ("13", "trixie") of a Debian
// package, and are empty for others.
type vulnerability struct {
	ID        string   `json:"id"`
	Aliases   []string `json:"aliases"`
	Severity  string   `json:"severity"`
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	Debian    string   `json:"debian"`
	Codename  string   `json:"codename"`
	Format    string   `json:"format"`
	Affected  string   `json:"affected"`
	Fixed     string   `json:"fixed"`
}

func main() {
	log.SetFlags(0)
	var wanted description
	must(json.NewDecoder(os.Stdin).Decode(&wanted))
	folder := os.Args[1]
	must(os.MkdirAll(folder, 0o755))
	must(write(folder, wanted))
	must(pack(folder, "database.tar.gz"))
	must(announce(folder, "database.tar.gz", wanted.Built))
	must(os.Remove(filepath.Join(folder, v6.VulnerabilityDBFileName)))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func write(folder string, wanted description) error {
	store, err := v6.NewWriter(v6.Config{DBDirPath: folder, CacheSizeKiB: 1024})
	if err != nil {
		return err
	}
	if err := store.SetDBMetadata(); err != nil {
		return err
	}
	for _, one := range wanted.Vulnerabilities {
		if err := add(store, one, wanted.Built); err != nil {
			return err
		}
	}
	if err := store.Close(); err != nil {
		return err
	}
	return predate(folder, wanted.Built)
}

func add(store v6.Writer, one vulnerability, built time.Time) error {
	handle := &v6.VulnerabilityHandle{
		Name:   one.ID,
		Status: v6.VulnerabilityActive,
		Provider: &v6.Provider{
			ID: "tests", Version: "1", Processor: "tests", DateCaptured: &built, InputDigest: "xxh64:0",
		},
		BlobValue: &v6.VulnerabilityBlob{
			ID:         one.ID,
			Aliases:    one.Aliases,
			Severities: []v6.Severity{{Scheme: v6.SeveritySchemeCHMLN, Value: one.Severity, Rank: 1}},
		},
	}
	if err := store.AddVulnerabilities(handle); err != nil {
		return err
	}
	fix := v6.Fix{State: v6.NotFixedStatus}
	if one.Fixed != "" {
		fix = v6.Fix{Version: one.Fixed, State: v6.FixedStatus}
	}
	affected := &v6.AffectedPackageHandle{
		VulnerabilityID: handle.ID,
		Package:         &v6.Package{Ecosystem: one.Ecosystem, Name: one.Package},
		BlobValue: &v6.PackageBlob{
			CVEs:   []string{one.ID},
			Ranges: []v6.Range{{Version: v6.Version{Type: one.Format, Constraint: one.Affected}, Fix: &fix}},
		},
	}
	if one.Debian != "" {
		affected.OperatingSystem = &v6.OperatingSystem{Name: "debian", MajorVersion: one.Debian, Codename: one.Codename}
	}
	return store.AddAffectedPackages(affected)
}

// predate changes when the database says it was built: the writer knows no other time than now.
func predate(folder string, built time.Time) error {
	opened, err := v6.NewLowLevelDB(filepath.Join(folder, v6.VulnerabilityDBFileName), false, true, false)
	if err != nil {
		return err
	}
	if err := opened.Model(&v6.DBMetadata{}).Where("true").Update("build_timestamp", built.UTC()).Error; err != nil {
		return err
	}
	connection, err := opened.DB()
	if err != nil {
		return err
	}
	return connection.Close()
}

func pack(folder, archive string) error {
	content, err := os.ReadFile(filepath.Join(folder, v6.VulnerabilityDBFileName))
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(folder, archive))
	if err != nil {
		return err
	}
	packed := gzip.NewWriter(file)
	files := tar.NewWriter(packed)
	header := &tar.Header{Name: v6.VulnerabilityDBFileName, Mode: 0o644, Size: int64(len(content))}
	if err := files.WriteHeader(header); err != nil {
		return err
	}
	if _, err := files.Write(content); err != nil {
		return err
	}
	return errors.Join(files.Close(), packed.Close(), file.Close())
}

func announce(folder, archive string, built time.Time) error {
	path := filepath.Join(folder, archive)
	found, err := distribution.NewArchive(path, built, v6.ModelVersion, v6.Revision, v6.Addition)
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(folder, distribution.LatestFileName))
	if err != nil {
		return err
	}
	return errors.Join(distribution.NewLatestDocument(*found).Write(file), file.Close())
}
