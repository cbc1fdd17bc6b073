// Certificates made on the spot, by openssl.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

// A self-signed certificate for 127.0.0.1 and `names`, in `folder` → { key, cert, file }: PEM, and the file of the certificate, with which
// it is trusted.
export function makeCertificate(folder, names = ['localhost'], file = path.join(folder, 'ca.pem')) {
  const keyFile = path.join(folder, `${path.basename(file)}.key`);
  const alternatives = ['IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)].join(',');
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=black box',
    '-addext', `subjectAltName=${alternatives}`, '-keyout', keyFile, '-out', file,
  ], { stdio: 'pipe' });
  return { key: fs.readFileSync(keyFile), cert: fs.readFileSync(file), file };
}
