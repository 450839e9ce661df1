package store

import "strings"

// readSSHA reads the salted hashes of LDAP servers, {SSHA}base64 and the same
// with SSHA256 and SSHA512, as RFC 2307 and OpenLDAP's pw-sha2 write them: the
// digest of password and salt, and after it the salt, of which there has to be
// some. The name's case does not matter.
func readSSHA(hash string) (foreignHash, error) {
	scheme, encoded, _ := strings.Cut(hash[1:], "}")
	kind := strings.ToUpper(scheme)
	digest := "sha" + strings.TrimPrefix(kind, "SSHA")
	if digest == "sha" {
		digest = "sha1"
	}
	newDigest, known := foreignDigests[digest]
	stored, ok := readPaddedBase64(encoded)
	if !known || !ok || kind == "SSHA1" {
		return foreignHash{}, unknownHash
	}
	size := newDigest().Size()
	if len(stored) <= size || len(stored) > size+maxSaltBytes {
		return foreignHash{}, unknownHash
	}
	want, salt := stored[:size], stored[size:]
	return keyed(kind, want, func(password []byte) []byte {
		return digestOf(newDigest(), password, salt)
	}), nil
}
