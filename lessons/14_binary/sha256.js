// SHA-256 (FIPS 180-4), piece by piece: crypto.subtle wants a whole file at once,
// and is missing from a page that came over http from another machine.

const MASK = 2n ** 32n;

// The first 32 bits of a root's fraction, by whole numbers: floats end too early.
function fraction(prime, degree) {
  const scaled = BigInt(prime) << BigInt(32 * degree);
  let root = BigInt(Math.floor(prime ** (1 / degree) * 2 ** 32));
  while (root ** BigInt(degree) > scaled) root -= 1n;
  while ((root + 1n) ** BigInt(degree) <= scaled) root += 1n;
  return Number(root % MASK);
}

const primes = [];
for (let n = 2; primes.length < 64; n += 1) {
  if (primes.every((prime) => n % prime)) primes.push(n);
}
const START = primes.slice(0, 8).map((prime) => fraction(prime, 2));
const ROUND = Int32Array.from(primes, (prime) => fraction(prime, 3));

const turn = (word, by) => (word >>> by) | (word << (32 - by));

export class Sha256 {
  state = Int32Array.from(START);
  words = new Int32Array(64);
  rest = new Uint8Array(0);
  length = 0;

  /** Take the next bytes. */
  update(bytes) {
    this.length += bytes.length;
    let at = 0;
    if (this.rest.length) {
      const block = new Uint8Array(Math.min(64, this.rest.length + bytes.length));
      at = block.length - this.rest.length;
      block.set(this.rest);
      block.set(bytes.subarray(0, at), this.rest.length);
      this.rest = block;
      if (block.length < 64) return;
      this.#blocks(block, 0);
    }
    at = this.#blocks(bytes, at);
    this.rest = bytes.slice(at);
  }

  /** Return the sum of all bytes, as hexadecimal digits; it takes no more. */
  hex() {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setBigUint64(0, BigInt(this.length) * 8n);
    const zeros = (119 - (this.length % 64)) % 64;
    this.update(Uint8Array.of(0x80, ...new Uint8Array(zeros)));
    this.update(new Uint8Array(bits.buffer));
    const digits = (word) => (word >>> 0).toString(16).padStart(8, "0");
    return Array.from(this.state, digits).join("");
  }

  #blocks(bytes, from) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { words, state } = this;
    let at = from;
    for (; at + 64 <= bytes.length; at += 64) {
      for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(at + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const early = words[i - 15];
        const late = words[i - 2];
        const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
        const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
        words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
      }
      let a = state[0], b = state[1], c = state[2], d = state[3];
      let e = state[4], f = state[5], g = state[6], h = state[7];
      for (let i = 0; i < 64; i += 1) {
        const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0;
        const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + t1) | 0;
        d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      state[0] += a; state[1] += b; state[2] += c; state[3] += d;
      state[4] += e; state[5] += f; state[6] += g; state[7] += h;
    }
    return at;
  }
}
