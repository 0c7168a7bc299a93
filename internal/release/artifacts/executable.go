package artifacts

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"fmt"
	"runtime/debug"
)

const module = "github.com/headgym/" + Project

// CheckExecutable errs unless the program's header is that of the platform, it needs no library of the system that Go
// doesn't always need there, and what it says of its own build is the release's.
func CheckExecutable(program []byte, platform Platform, version, commit string) (*debug.BuildInfo, error) {
	if err := checkHeader(program, platform); err != nil {
		return nil, err
	}
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		return nil, fmt.Errorf("read what it says of its build: %w", err)
	}
	if info.Main.Path != module || info.Main.Version != "v"+version {
		return nil, fmt.Errorf("it says that it is %s %s, and not %s v%s", info.Main.Path, info.Main.Version, module, version)
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	for key, want := range map[string]string{
		"GOOS":         platform.OS,
		"GOARCH":       platform.Arch,
		"CGO_ENABLED":  "0",
		"-trimpath":    "true",
		"vcs.modified": "false",
		"vcs.revision": commit,
	} {
		if settings[key] != want {
			return nil, fmt.Errorf("it was built with %s=%q, not %q", key, settings[key], want)
		}
	}
	return info, nil
}

func checkHeader(program []byte, platform Platform) error {
	var err error
	switch platform.OS {
	case "darwin":
		err = checkMachO(program, platform.Arch)
	case "windows":
		err = checkPE(program, platform.Arch)
	default:
		err = checkELF(program, platform)
	}
	if err != nil {
		return fmt.Errorf("its header isn't one for %s: %w", platform, err)
	}
	return nil
}

func checkELF(program []byte, platform Platform) error {
	file, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return err
	}
	want := map[string]elf.Machine{"386": elf.EM_386, "amd64": elf.EM_X86_64, "arm": elf.EM_ARM, "arm64": elf.EM_AARCH64}[platform.Arch]
	if file.Machine != want || file.Type != elf.ET_EXEC {
		return fmt.Errorf("it is for %s, of type %s", file.Machine, file.Type)
	}
	if isFreeBSD := file.OSABI == elf.ELFOSABI_FREEBSD; isFreeBSD != (platform.OS == "freebsd") {
		return fmt.Errorf("it is for %s", file.OSABI)
	}
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_DYNAMIC {
			return fmt.Errorf("it is linked dynamically")
		}
	}
	return nil
}

// checkMachO also looks for a code signature: a Mac with an Apple processor starts no program without one. Go's linker
// makes one for these.
func checkMachO(program []byte, arch string) error {
	file, err := macho.NewFile(bytes.NewReader(program))
	if err != nil {
		return err
	}
	want := map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}[arch]
	if file.Cpu != want || file.Type != macho.TypeExec {
		return fmt.Errorf("it is for %s, of type %s", file.Cpu, file.Type)
	}
	const codeSignature = 0x1d // LC_CODE_SIGNATURE of Apple's loader.h
	for _, load := range file.Loads {
		if raw := load.Raw(); file.ByteOrder.Uint32(raw) == codeSignature {
			return nil
		}
	}
	if arch == "arm64" {
		return fmt.Errorf("it has no code signature")
	}
	return nil
}

func checkPE(program []byte, arch string) error {
	file, err := pe.NewFile(bytes.NewReader(program))
	if err != nil {
		return err
	}
	want := map[string]uint16{
		"386": pe.IMAGE_FILE_MACHINE_I386, "amd64": pe.IMAGE_FILE_MACHINE_AMD64, "arm64": pe.IMAGE_FILE_MACHINE_ARM64,
	}[arch]
	if file.Machine != want || file.Characteristics&pe.IMAGE_FILE_EXECUTABLE_IMAGE == 0 {
		return fmt.Errorf("it is for machine %#x, with characteristics %#x", file.Machine, file.Characteristics)
	}
	var subsystem uint16
	switch header := file.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		subsystem = header.Subsystem
	case *pe.OptionalHeader64:
		subsystem = header.Subsystem
	}
	if subsystem != pe.IMAGE_SUBSYSTEM_WINDOWS_CUI {
		return fmt.Errorf("it isn't a console program, but of subsystem %d", subsystem)
	}
	return nil
}
