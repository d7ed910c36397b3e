/** TLS certificates as files give them, and what a connection says of them, in words for a person. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { fault, type IsocenterError } from '../../../shared/errors.ts';

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----.*?(?=-----BEGIN |$)/gs;

/** Checks what a coordinator shows to its sites. Throws `federation.certificate-unsound`. */
export function checkOwnCertificate({ cert, key }: { cert: string; key: string }): void {
  const [own] = certificatesIn(cert, "The coordinator's certificate");
  const unsound = (reason: string, cause?: unknown) => certificateFault("The coordinator's key", reason, cause);
  let secret: KeyObject;
  try {
    secret = createPrivateKey(key);
  } catch (error) {
    const locked = /-----BEGIN ENCRYPTED|^Proc-Type: .*ENCRYPTED/m.test(key);
    throw unsound(locked ? 'it is protected by a password' : 'it is no private key in PEM', error);
  }
  if (!own.checkPrivateKey(secret)) throw unsound('it does not belong to the certificate');
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw unsound('it or its certificate is too weak for an encrypted connection', error);
  }
}

/** Checks the certificates that a site is told to trust; Node ignores a text without any. Errors as above. */
export function checkAuthority(ca: string): void {
  certificatesIn(ca, 'The certificate to trust');
}

function certificatesIn(text: string, what: string): X509Certificate[] {
  const blocks = text.match(CERTIFICATE);
  if (!blocks) throw certificateFault(what, 'it is no certificate in PEM');
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw certificateFault(what, 'it is damaged', error);
    }
  });
}

function certificateFault(what: string, reason: string, cause?: unknown): IsocenterError {
  return fault('federation.certificate-unsound', { what, reason }, cause);
}

/** What OpenSSL's verification says where nobody vouches for a certificate. */
const untrusted: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'it comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'it comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it comes from an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it comes from an authority that this machine does not know',
};

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no machine of that name is known',
  EAI_AGAIN: 'names cannot be looked up at present',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or this machine's clock is wrong",
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/** The error for a connection that was not made, without the library's own words about encryption. */
export function dialFault(error: Error & { code?: string }, { protocol, host: address }: URL): IsocenterError {
  const { code = '' } = error;
  if (code in untrusted) return fault('federation.untrusted-certificate', { address, reason: untrusted[code] }, error);
  return fault('federation.unreachable', { address, reason: reasons[code] ?? brokenOff(error, protocol) }, error);
}

function brokenOff({ code = '', message }: Error & { code?: string }, protocol: string): string {
  const encrypted = protocol === 'wss:';
  if (code === 'ECONNRESET') {
    return encrypted
      ? 'it hung up before the connection was encrypted'
      : 'it hung up; perhaps it wants an encrypted connection (wss:// instead of ws://)';
  }
  if (/wrong.version.number|packet.length.too.long/i.test(message)) {
    return 'it does not encrypt the connection (ws:// instead of wss://)';
  }
  if (code === 'EPROTO' || /^ERR_(SSL|OSSL)_/.test(code)) return 'no encrypted connection could be agreed on';
  if (code.startsWith('HPE_')) return 'what answers there is no coordinator';
  return message;
}
