package oktasim

// nonces are the DPoP nonces that are good at the moment (RFC 9449 §8).
type nonces struct{}
