package network

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
)

// ParseCIDR takes what the API server takes (IsValidCIDRForLegacyField with
// strict validation, the default from 1.36 on; older servers let pass and warn).
func ParseCIDR(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil && looksLikeAddress(text):
		return prefix, fmt.Errorf("%q is an address, not a range: write %s for it alone", text, singleAddress(text))
	case err != nil:
		return prefix, fmt.Errorf("%q isn't a range of addresses: write an address, a slash and the number of leading bits that count, such as 10.0.0.0/8 or 2001:db8::/32", text)
	case prefix.Addr().Is4In6():
		return prefix, fmt.Errorf("%q is an IPv4 range in IPv6 notation: write it in IPv4 notation", text)
	case prefix != prefix.Masked():
		return prefix, fmt.Errorf("%q has bits set after the first %d: write %s for the range, or %s for the address", text, prefix.Bits(), prefix.Masked(), singleAddress(prefix.Addr().String()))
	}
	return prefix, nil
}

func looksLikeAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// singleAddress is the range of one valid address.
func singleAddress(address string) string {
	addr, _ := netip.ParseAddr(address)
	addr = addr.Unmap().WithZone("")
	return netip.PrefixFrom(addr, addr.BitLen()).String()
}

// isWithin reports whether the inner range is a part of the outer one and not all
// of it.
func isWithin(inner, outer netip.Prefix) bool {
	return inner.Bits() > outer.Bits() && outer.Contains(inner.Addr())
}

// canonicalCIDR is one spelling for all of a range; what isn't one stays as it is.
func canonicalCIDR(text string) string {
	if prefix, err := ParseCIDR(text); err == nil {
		return prefix.String()
	}
	return text
}

// portsOf reads a set of ports in the order of their texts; ports that are the
// same in another spelling are one.
func portsOf(set types.Set) ([]networkingv1.NetworkPolicyPort, error) {
	var ports []networkingv1.NetworkPolicyPort
	seen := map[string]bool{}
	for _, text := range knownTexts(set) {
		port, err := ParsePort(text)
		if err != nil {
			return nil, err
		}
		if key := PortText(port); !seen[key] {
			seen[key] = true
			ports = append(ports, port)
		}
	}
	return ports, nil
}

// ParsePort reads "80", "8000-8100" or "http", with or without "/UDP".
func ParsePort(text string) (networkingv1.NetworkPolicyPort, error) {
	spec, suffix, hasSuffix := strings.Cut(text, "/")
	protocol := corev1.ProtocolTCP
	if hasSuffix {
		protocol = corev1.Protocol(suffix)
	}
	port := networkingv1.NetworkPolicyPort{Protocol: &protocol}
	switch protocol {
	case corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP:
	default:
		return port, fmt.Errorf("%q has the protocol %q: it must be TCP, UDP or SCTP, in capitals", text, suffix)
	}
	if strings.ContainsFunc(spec, unicode.IsLetter) {
		return namedPort(port, text, spec)
	}
	low, high, isRange := strings.Cut(spec, "-")
	first, err := portNumber(text, low)
	if err != nil {
		return port, err
	}
	number := intstr.FromInt32(first)
	port.Port = &number
	if !isRange {
		return port, nil
	}
	last, err := portNumber(text, high)
	switch {
	case err != nil:
		return port, err
	case last < first:
		return port, fmt.Errorf("%q has its ports in the wrong order: write the lower one first, %d-%d", text, last, first)
	case last > first:
		port.EndPort = &last
	}
	return port, nil
}

// namedPort takes what has a letter as a port's name, as Kubernetes does. A hyphen
// is part of it: "http-8080" is a name and no range.
func namedPort(port networkingv1.NetworkPolicyPort, text, name string) (networkingv1.NetworkPolicyPort, error) {
	if faults := validation.IsValidPortName(name); len(faults) > 0 {
		return port, fmt.Errorf("%q isn't a port's number, a range of numbers such as 8000-8100, or a port's name: %s", text, strings.Join(faults, "; "))
	}
	value := intstr.FromString(name)
	port.Port = &value
	return port, nil
}

func portNumber(text, digits string) (int32, error) {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || strconv.FormatInt(n, 10) != digits || len(validation.IsValidPortNum(int(n))) > 0 {
		return 0, fmt.Errorf("%q isn't a port: %q must be a number from 1 to 65535", text, digits)
	}
	return int32(n), nil
}

// PortText is one spelling for all of a port, with its protocol; a port that
// can't be said here has a text that ParsePort refuses.
func PortText(port networkingv1.NetworkPolicyPort) string {
	number, protocol := "*", corev1.ProtocolTCP
	if port.Port != nil {
		number = port.Port.String()
	}
	if port.EndPort != nil && strconv.Itoa(int(*port.EndPort)) != number {
		number += "-" + strconv.Itoa(int(*port.EndPort))
	}
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	return number + "/" + string(protocol)
}
