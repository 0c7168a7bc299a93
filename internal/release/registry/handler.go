package registry

import (
	"encoding/json"
	"net/http"

	"github.com/headgym/terraform-provider-mar/internal/release/artifacts"
)

// The paths that a registry answers under.
const (
	discovery = "/.well-known/terraform.json"
	// Providers is the service "providers.v1".
	Providers = "/v1/providers/"
	provider  = Providers + "headgym/mar"
	files     = "/files/"
)

// A Key is the public one that signatures have to be made by.
type Key struct{ ID, Armored string }

// Handler answers for the provider headgym/mar.
func Handler(key Key, releases ...Release) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+discovery, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"providers.v1": Providers})
	})
	mux.HandleFunc("GET "+provider+"/versions", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, versions(releases))
	})
	for _, release := range releases {
		mux.HandleFunc("GET "+provider+"/"+release.names.Version+"/download/{os}/{arch}", func(w http.ResponseWriter, r *http.Request) {
			platform := artifacts.Platform{OS: r.PathValue("os"), Arch: r.PathValue("arch")}
			if _, ok := release.sums[release.names.Zip(platform)]; !ok {
				http.NotFound(w, r)
				return
			}
			answer(w, release.download(platform, key))
		})
		prefix := files + release.names.Version
		mux.Handle("GET "+prefix+"/", http.StripPrefix(prefix, http.FileServerFS(release.files)))
	}
	return mux
}

type versionsAnswer struct {
	Versions []versionAnswer `json:"versions"`
}

type versionAnswer struct {
	Version   string           `json:"version"`
	Protocols []string         `json:"protocols"`
	Platforms []platformAnswer `json:"platforms"`
}

type platformAnswer struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

func versions(releases []Release) versionsAnswer {
	list := versionsAnswer{Versions: []versionAnswer{}}
	for _, release := range releases {
		entry := versionAnswer{Version: release.names.Version, Protocols: release.protocols}
		for _, platform := range release.platforms {
			entry.Platforms = append(entry.Platforms, platformAnswer(platform))
		}
		list.Versions = append(list.Versions, entry)
	}
	return list
}

type downloadAnswer struct {
	Protocols           []string    `json:"protocols"`
	OS                  string      `json:"os"`
	Arch                string      `json:"arch"`
	Filename            string      `json:"filename"`
	DownloadURL         string      `json:"download_url"`
	SHASumsURL          string      `json:"shasums_url"`
	SHASumsSignatureURL string      `json:"shasums_signature_url"`
	SHASum              string      `json:"shasum"`
	SigningKeys         signingKeys `json:"signing_keys"`
}

type signingKeys struct {
	GPGPublicKeys []publicKey `json:"gpg_public_keys"`
}

type publicKey struct {
	KeyID      string `json:"key_id"`
	ASCIIArmor string `json:"ascii_armor"`
}

func (r Release) download(platform artifacts.Platform, key Key) downloadAnswer {
	folder := files + r.names.Version + "/"
	zip := r.names.Zip(platform)
	return downloadAnswer{
		Protocols:           r.protocols,
		OS:                  platform.OS,
		Arch:                platform.Arch,
		Filename:            zip,
		DownloadURL:         folder + zip,
		SHASumsURL:          folder + r.names.Sums(),
		SHASumsSignatureURL: folder + r.names.Signature(),
		SHASum:              r.sums[zip],
		SigningKeys:         signingKeys{GPGPublicKeys: []publicKey{{KeyID: key.ID, ASCIIArmor: key.Armored}}},
	}
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}
