/** A certificate for this machine alone, made anew for a test: no key lies in the project, no tool has to be there. */
import { generateKeyPairSync, sign } from 'node:crypto';

export interface OwnCertificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

/** For localhost and 127.0.0.1, by its own authority; valid from 2000 to 2099. */
export function selfSignedCertificate(): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const name = sequence(tagged(0x31, sequence(oid(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from('localhost')))));
  const time = (text: string): Buffer => tagged(0x18, Buffer.from(text));
  const extension = (id: number, critical: boolean, value: Buffer): Buffer => sequence(oid(0x55, 0x1d, id), ...(critical ? [tagged(0x01, Buffer.of(0xff))] : []), tagged(0x04, value));
  const names = sequence(tagged(0x82, Buffer.from('localhost')), tagged(0x87, Buffer.of(127, 0, 0, 1)));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))), tagged(0x02, Buffer.of(1)), algorithm, name, sequence(time('20000101000000Z'), time('20991231235959Z')), name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(extension(0x13, true, sequence(tagged(0x01, Buffer.of(0xff)))), extension(0x11, false, names))),
  );
  const certificate = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)])));
  const lines = (certificate.toString('base64').match(/.{1,64}/g) ?? []).join('\n');
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` };
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function oid(...bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}
