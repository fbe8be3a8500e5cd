import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpClient } from '../../src/connectors/http.js';
import { builtInConnectors } from '../../src/connectors/index.js';
import { isPublic } from '../../src/connectors/public-addresses.js';

let inside: Server;
let port = 0;
let connections = 0;
beforeAll(async () => {
  inside = createServer((_request, response) => response.end('{}'));
  inside.on('connection', () => {
    connections += 1;
  });
  inside.listen(0, 'localhost');
  await once(inside, 'listening');
  port = (inside.address() as AddressInfo).port;
});
afterAll(async () => {
  inside.closeAllConnections();
  inside.close();
});

const connector = builtInConnectors[0]?.create({}, { productName: 'CloudCockpit' });
const HOST = 'webservices15.autotask.net';
const PATH = '/atservicesrest/V1.0/Companies/query';

/** How an address may try to look like the vendor's, or to lead elsewhere. */
function hostileUrls(): string[] {
  const evil = 'evil.example';
  const places = [
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '0x7f.0.0.1',
      'localhost',
      'localhost.',
      '[::1]',
    ],
    ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '0', '0.0.0.0', '10.0.0.1', '192.168.1.1', '172.16.0.1'],
    ...['169.254.169.254', '[fe80::1]', '[fd00:ec2::254]', 'metadata.google.internal', '100.64.0.1', '①②⑦.⓪.⓪.①'],
  ];
  const hosts = [
    ...[evil, `${HOST}.${evil}`, `${HOST}.`, `${HOST}..`, `.${HOST}`, `${HOST}%2e${evil}`, `${HOST}%00.${evil}`],
    ...[
      `${evil}%2f.autotask.net`,
      `x${HOST}`,
      `webservices.autotask.net`,
      `webservices12345.autotask.net`,
      'autotask.net',
    ],
    ...[`webservices15.autotask.net.co`, `webservices15-autotask.net`, `webservices15.autotask.com`, `a.${HOST}`],
    ...[
      `webservices１５.autotask.net.${evil}`,
      `webservicеs15.autotask.net`,
      `webservices15.аutotask.net`,
      `${HOST}\u3002${evil}`,
    ],
    ...[
      `webservices15.autotask.net\u00ad.${evil}`,
      `webservices-1.autotask.net`,
      `webservicesx.autotask.net`,
      `prde.autotask.net.${evil}`,
    ],
    ...[`ww5.autotask.net`, `pres.${evil}`, `webservices15.autotask.net:${port}`, `${HOST}:80`, `${HOST}:8443`],
    ...[`${HOST}@${evil}`, `${HOST}:443@${evil}`, `user@${HOST}`, `user:pass@${HOST}`, `:@${HOST}`, `${evil}@${HOST}`],
    ...[`${evil}#@${HOST}`, `${evil}?@${HOST}`, `${evil}/@${HOST}`, `${evil}\\@${HOST}`, `${HOST}\\@${evil}`],
    ...[
      `${evil}%23@${HOST}`,
      `${evil}%40${HOST}`,
      `${HOST}%40${evil}`,
      `[${HOST}]`,
      `${HOST},${evil}`,
      `${HOST} ${evil}`,
    ],
    ...[
      `${HOST}\r\nHost: ${evil}`,
      `${HOST}\t.${evil}`,
      `${HOST}\n.${evil}`,
      `${evil}\\.autotask.net`,
      `${HOST};${evil}`,
    ],
    ...places.flatMap((place) => [place, `${place}:${port}`, `${HOST}@${place}`, `${place}#${HOST}`]),
  ];
  const urls = hosts.flatMap((host) => [`https://${host}${PATH}`, `http://${host}${PATH}`]);
  const schemes = ['http:', 'ftp:', 'file:', 'javascript:', 'data:', 'ws:', 'wss:', 'gopher:', 'https:/\\', 'httpſ:'];
  return [
    ...urls,
    ...schemes.map((scheme) => `${scheme}//${HOST}${PATH}`),
    ...[
      '/',
      '/x',
      '/atservicesrest',
      '/atservicesrestx/',
      '/atservicesrest/../x',
      '/%2e%2e/atservicesrest/',
      '//evil.example',
    ].map((path) => `https://${HOST}${path}`),
    ...[
      '',
      ' ',
      '//',
      `//${evil}${PATH}`,
      PATH,
      'https://',
      'https:///',
      'https:evil.example',
      'null',
      'undefined',
      '\0',
    ],
  ];
}

describe('an address that was discovered or came in an answer', () => {
  const http = createHttpClient({
    allows: (url) => connector?.allows(url) ?? false,
    mayBePrivate: (url) => connector?.mayBePrivate?.(url) ?? false,
  });
  afterAll(() => http.close());

  test('in more than 200 hostile forms is refused before a byte leaves', async () => {
    const urls = hostileUrls();
    expect(new Set(urls).size).toBeGreaterThan(200);
    const sent: string[] = [];
    for (const url of urls) {
      const parsed = URL.canParse(url) ? new URL(url) : null;
      // Some forms are the vendor's own address in other letters; the parsed form is what is called.
      if (parsed && connector?.allows(parsed) && parsed.username === '' && parsed.password === '') {
        expect(parsed.href).toMatch(/^https:\/\/webservices\d{1,4}\.autotask\.net\/atservicesrest\//i);
        continue;
      }
      const error = await http.send({ method: 'GET', url }).then(
        () => null,
        (refused: { kind?: string; code?: string }) => refused,
      );
      if (error?.kind !== 'egressRefused') sent.push(`${url}: ${error?.kind} ${error?.code}`);
    }
    expect(sent).toEqual([]);
    expect(connections).toBe(0);
  });
});

describe('an address inside the network', () => {
  test.each([
    ...[
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '127.0.0.1',
      '127.255.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
    ],
    ...[
      '192.0.0.1',
      '192.168.0.1',
      '198.18.0.1',
      '203.0.113.9',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1',
    ],
    ...[
      'fd00:ec2::254',
      'fc00::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:a9fe:a9fe',
      '64:ff9b::7f00:1',
      '::7f00:1',
      '::ffff:0:7f00:1',
    ],
    ...['2002:7f00:1::', '2001:db8::1', 'localhost', '', '127.1'],
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each(['1.1.1.1', '52.1.2.3', '172.15.0.1', '172.32.0.1', '100.63.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  const send = async (host: string, named: boolean) => {
    const http = createHttpClient({ allows: () => true, mayBePrivate: () => named });
    try {
      return await http.send({ method: 'POST', url: `http://${host}:${port}/`, write: true, body: { secret: 'x' } });
    } finally {
      await http.close();
    }
  };

  test('is not connected to though its name is allowed, unless the operator named it', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]']) {
      await expect(send(host, false)).rejects.toMatchObject({ kind: 'egressRefused', code: 'PRIVATE_ADDRESS' });
    }
    expect(connections).toBe(0);
    expect(await send('localhost', true)).toMatchObject({ status: 200 });
    expect(connections).toBe(1);
  });
});

test('a client that was closed, because its credentials were replaced meanwhile, has sent nothing', async () => {
  const http = createHttpClient({ allows: () => true });
  await http.close();
  const write = http.send({ method: 'POST', url: `http://localhost:${port}/`, write: true, body: {} });
  await expect(write).rejects.toMatchObject({ kind: 'unavailable', outcome: 'notApplied' });
});
