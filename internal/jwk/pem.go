// SPDX-License-Identifier: MPL-2.0

package jwk

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// publicBlocks are the PEM labels of RFC 7468 (§5, §13) and PKCS#1 that hold a public key.
var publicBlocks = map[string]func(der []byte) (any, error){
	"PUBLIC KEY":     x509.ParsePKIXPublicKey,
	"RSA PUBLIC KEY": asAny(x509.ParsePKCS1PublicKey),
	"CERTIFICATE":    certified,
}

func asAny[K any](parse func([]byte) (K, error)) func([]byte) (any, error) {
	return func(der []byte) (any, error) { return parse(der) }
}

// certified may return nil without an error: the certificate is good, and its key of a type that Go does not know.
func certified(der []byte) (any, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return certificate.PublicKey, nil
}

func readPEM(text string) (Key, error) {
	blocks, rest := pemBlocks(text)
	for _, block := range blocks {
		if _, ok := privateKey(block.Bytes); ok { // No matter what its label says.
			return Key{}, ErrPrivateKey
		}
	}
	switch {
	case len(blocks) > 1:
		return Key{}, unusable("", fmt.Sprintf("there are %d PEM blocks, and one is needed: of a certificate chain, give the first", len(blocks)))
	case len(blocks) == 0 || strings.Contains(rest, "-----BEGIN "):
		return Key{}, damagedPEM()
	case longBase64.MatchString(rest): // A key that lost its first and last line, for one.
		return Key{}, unusable("", "there is more data before or after the PEM block: give the block alone")
	}
	block := blocks[0]
	read, ok := publicBlocks[block.Type]
	if !ok {
		if err := recognize(text, wantPublic); err != nil {
			return Key{}, err
		}
		return Key{}, unusable("", "this PEM block does not hold a public key. These do: "+strings.Join(slices.Sorted(maps.Keys(publicBlocks)), ", "))
	}
	pub, err := read(block.Bytes)
	if err != nil {
		return Key{}, unreadable(block.Bytes, wantPublic)
	}
	k, err := fromCrypto(pub)
	if err != nil {
		return Key{}, unreadable(block.Bytes, wantPublic)
	}
	return k.Canonical() // Its checks count here too: crypto/x509 lets an even modulus pass, for one.
}

func damagedPEM() error {
	return unusable("", "this PEM block is damaged: was the -----END line or a part of the text cut off while copying?")
}

var (
	// writtenBreak matches line breaks that came through JSON or an environment variable as \n, \r\n or \\n.
	writtenBreak = regexp.MustCompile(`\\+[nrt]`)
	pemBlock     = regexp.MustCompile(`(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END ([A-Z0-9 ]+)-----`)
	longBase64   = regexp.MustCompile(`[A-Za-z0-9+/_=-]{40}`)
)

// pemBlocks returns the blocks in the text other than EC PARAMETERS, which only repeat what a key says, and the text
// around all blocks. It does not need the line breaks that encoding/pem does: they are lost in environment variables,
// CI systems and YAML, which write them as \n or \r\n, replace them with blanks or drop them.
func pemBlocks(text string) (blocks []*pem.Block, rest string) {
	text = writtenBreak.ReplaceAllString(text, "\n")
	for _, match := range pemBlock.FindAllStringSubmatch(text, -1) {
		label, body := match[1], match[2]
		if label != match[3] || label == "EC PARAMETERS" {
			continue
		}
		if strings.Contains(body, "DEK-Info:") { // RFC 1421 §4.6.1.3; what is encrypted can't be read anyway.
			blocks = append(blocks, &pem.Block{Type: label, Headers: map[string]string{"DEK-Info": "given"}})
			continue
		}
		der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(withoutSpace(body), "="))
		if err == nil {
			blocks = append(blocks, &pem.Block{Type: label, Bytes: der})
		}
	}
	return blocks, pemBlock.ReplaceAllString(text, "")
}

// explicitParameters is prime-field of X9.62, which DER mentions only where it spells a curve out (RFC 3279 §2.3.5).
var explicitParameters = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}

// compressedPoints are how a compressed point (SEC 1 §2.3.3) begins in a BIT STRING after the name of its curve: P-256,
// P-384 and P-521, without the octet that says which of the two points it is.
var compressedPoints = []string{
	"\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x22\x00", "\x2b\x81\x04\x00\x22\x03\x32\x00", "\x2b\x81\x04\x00\x23\x03\x44\x00",
}

func compressed(der []byte) bool {
	return slices.ContainsFunc(compressedPoints, func(prefix string) bool {
		return bytes.Contains(der, []byte(prefix+"\x02")) || bytes.Contains(der, []byte(prefix+"\x03"))
	})
}

// unreadable refuses DER that Go cannot read, or can and jwx cannot, by what is special about it or by the name of the
// first kind of key that it mentions, be it in a certificate or in SubjectPublicKeyInfo.
func unreadable(der []byte, want want) error {
	command := "`openssl pkey -pubin -in key.pem "
	if want == wantPrivate {
		command = "`openssl pkey -in key.pem "
	}
	if mentions(der, explicitParameters) {
		return unusable("", "this EC key spells out the parameters of its curve: "+command+"-ec_param_enc named_curve` names the curve instead")
	}
	if compressed(der) {
		return unusable("", "this EC key has a compressed point: "+command+"-ec_conv_form uncompressed` writes it in full")
	}
	for _, kind := range refusedOIDs {
		if mentions(der, kind.oid) {
			return unsupportedKey("", kind.name)
		}
	}
	return unusable("", "this PEM block does not hold what its first line says, or is damaged; "+oktaTakes)
}

func mentions(der []byte, oid asn1.ObjectIdentifier) bool {
	encoded, err := asn1.Marshal(oid)
	return err == nil && bytes.Contains(der, encoded)
}
