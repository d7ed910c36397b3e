import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { behave, cable, firstNumber, joinAs, startCoordinator, tinyPlan } from './testing.ts';
import { issueInvitation, parseInvitation } from './wire/invitation.ts';

/** Self-signed for 127.0.0.1 and localhost, for a hundred years; used nowhere but here. */
const [cert, key] = [fixture('cert'), fixture('key')];

function fixture(name: string): string {
  return readFileSync(new URL(`./fixtures/test-only-${name}.pem`, import.meta.url), 'utf8');
}

/** A private key of no certificate, behind a password where one is given. */
function freshKey(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const locked = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...locked }).toString();
}

let closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing) await one.close();
  closing = [];
});

async function begin(...args: Parameters<typeof startCoordinator>) {
  const federation = await startCoordinator(...args);
  closing.push(federation.coordinator);
  return { ...federation, port: Number(new URL(federation.coordinator.address).port) };
}

/** Something that ends TLS with the same certificate and goes on in clear, or in TLS of its own. */
async function terminator(port: number, onwards: 'plain' | 'tls'): Promise<number> {
  const server = createTlsServer({ cert, key }, (near) => {
    const to = { port, host: '127.0.0.1' };
    const far = onwards === 'tls' ? connectTls({ ...to, ca: cert }) : connect(to);
    for (const end of [near, far]) end.on('error', () => {}).on('close', () => [near, far].map((one) => one.destroy()));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.unshift(server);
  return (server.address() as { port: number }).port;
}

describe('a federation over TLS', () => {
  it('runs, and each connection is bound to the handshake', async () => {
    const { coordinator, events } = await begin({ plan: tinyPlan({ rounds: 1 }), sites: 2, tls: { cert, key } });
    expect(coordinator.address).toMatch(/^wss:/);
    expect(events[0]).toMatchObject({ type: 'listening', secure: true });
    const invitations = await coordinator.invite(2);
    const [a, b] = [await joinAs('A', invitations[0], { ca: cert }), await joinAs('B', invitations[1], { ca: cert })];
    await Promise.all([behave(a, { axis: 0, step: 1 }), behave(b, { axis: 1, step: 3 })]);
    expect(firstNumber(await coordinator.finished)).toBe(2);
  });

  it('is not joined where the certificate is not trusted', async () => {
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2, tls: { cert, key } });
    const [invitation] = await coordinator.invite(1);
    await expect(joinAs('A', invitation)).rejects.toMatchObject({
      code: 'federation.untrusted-certificate',
      message: expect.stringMatching(/self-signed/),
      next: expect.stringMatching(/--ca FILE/),
    });
  });

  it.each([
    ['ws', 'an encrypted coordinator', { cert, key }, /perhaps it wants an encrypted connection \(wss:/],
    ['wss', 'one that does not encrypt', undefined, /does not encrypt the connection \(ws:/],
  ])('says what is wrong where %s:// leads to %s', async (scheme, _what, tls, reason) => {
    const { coordinator, port } = await begin({ plan: tinyPlan(), sites: 2, tls });
    const [invitation] = await coordinator.invite(1, `${scheme}://127.0.0.1:${port}`);
    const error = await joinAs('A', invitation).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'federation.unreachable', message: expect.stringMatching(reason) });
    expect(error.message).not.toMatch(/ssl|EPROTO/i);
  });

  it.each([
    ['a certificate that is none', { cert: 'hello', key }, /certificate cannot be used: it is no certificate/],
    ['a key in place of the certificate', { cert: key, key }, /certificate cannot be used: it is no certificate/],
    ['a damaged chain', { cert: `${cert}${cert.slice(0, 300)}`, key }, /certificate cannot be used: it is damaged/],
    ['a key that is none', { cert, key: 'hello' }, /key cannot be used: it is no private key/],
    ['a key with a password', { cert, key: freshKey('secret') }, /key cannot be used: .* password/],
    ['the key of another certificate', { cert, key: freshKey() }, /key cannot be used: it does not belong/],
    [
      'a key that is too short',
      { cert: fixture('weak-cert'), key: fixture('weak-key') },
      /key cannot be used: .* weak/,
    ],
  ])('does not begin with %s', async (_name, tls, message) => {
    await expect(begin({ plan: tinyPlan(), sites: 2, tls })).rejects.toMatchObject({
      code: 'federation.certificate-unsound',
      message: expect.stringMatching(message),
    });
  });

  it('is not joined with a file to trust that holds no certificate', async () => {
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2, tls: { cert, key } });
    const [invitation] = await coordinator.invite(1);
    for (const ca of ['', 'hello', key]) {
      await expect(joinAs('A', invitation, { ca })).rejects.toMatchObject({
        code: 'federation.certificate-unsound',
        message: expect.stringMatching(/^The certificate to trust cannot be used/),
      });
    }
  });

  it('is joined through a tunnel, with a certificate for the host of the invitation', async () => {
    const { coordinator, port } = await begin({ plan: tinyPlan(), sites: 2, tls: { cert, key } });
    const [invitation] = await coordinator.invite(1, `wss://localhost:${port}`);
    const tunnel = await cable(port);
    closing.unshift(tunnel);
    const { participant } = await joinAs('A', invitation, {
      ca: cert,
      address: { host: '127.0.0.1', port: tunnel.port },
    });
    expect(participant.plan.rounds).toBe(2);
    await participant.leave('done');
  });

  it('is not joined where the certificate is for another host', async () => {
    const { coordinator, port } = await begin({ plan: tinyPlan(), sites: 2, tls: { cert, key } });
    const [invitation] = await coordinator.invite(1, `wss://127.0.0.2:${port}`);
    // 0.0.0.0 leads to this machine too, and is no name that the certificate has.
    const joined = joinAs('A', invitation, { ca: cert, address: { host: '0.0.0.0', port } });
    await expect(joined).rejects.toMatchObject({
      code: 'federation.unreachable',
      message: expect.stringMatching(/its certificate is for another host/),
    });
  });

  it('is not joined through somebody who opens the encryption, though his certificate is trusted', async () => {
    const { coordinator, port, events } = await begin({ plan: tinyPlan(), sites: 2, tls: { cert, key } });
    const [invitation] = await coordinator.invite(1);
    const address = { host: '127.0.0.1', port: await terminator(port, 'tls') };
    await expect(joinAs('A', invitation, { ca: cert, address })).rejects.toMatchObject({
      code: 'federation.bad-signature',
    });
    expect(events.filter(({ type }) => type === 'admitted')).toEqual([]);
  });

  it('is joined through a proxy of the coordinator, which itself has no certificate', async () => {
    const { coordinator, port, options } = await begin({ plan: tinyPlan(), sites: 2 });
    const [plain] = await coordinator.invite(1);
    const { federation, fingerprint } = parseInvitation(plain);
    const proxy = await terminator(port, 'plain');
    const beside = issueInvitation({ address: `wss://127.0.0.1:${proxy}`, fingerprint, federation });
    Object.assign(options.store, { issuedTokens: async () => [beside.tokenHash] });
    const { participant } = await joinAs('A', beside.text, { ca: cert });
    expect(participant.coordinator.fingerprint).toBe(coordinator.fingerprint);
    await participant.leave('done');
  });
});
