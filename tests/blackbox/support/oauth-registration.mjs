// A registration with OAuth over REST, as a caller without a browser of ours does it: begin, approve, complete.
import assert from 'node:assert/strict';
import { browse } from './browser.mjs';

export const REDIRECT = 'http://127.0.0.1:8085/oauth/callback';

export const spec = (upstream, extra = {}) => ({
  name: 'up', transport: 'streamable_http', url: upstream.url(), oauth_redirect_uri: REDIRECT, ...extra,
});

// The answer of the first step: 202 with `authorization_required`, or what went wrong.
export function begin(gateway, upstream, extra = {}, query = '') {
  return gateway.rest('POST', `/servers${query}`, spec(upstream, extra));
}

// What the authorization server sends the browser back with → { code, state, iss, … }.
export async function approved(begun) {
  assert.equal(begun.status, 202, begun.text);
  const { authorization_url: url } = begun.json.authorization_required;
  const page = await browse(url, { stop: (next) => next.startsWith(REDIRECT) });
  assert.ok(page.url.startsWith(REDIRECT), `the authorization server answered ${page.status}: ${page.text}`);
  return Object.fromEntries(new URL(page.url).searchParams);
}

export function complete(gateway, begun, { code, state, iss }) {
  return gateway.rest('POST', `/upstream_oauth/sessions/${begun.json.authorization_required.session_id}/complete`, { code, state, iss });
}

// All three steps; the answer of the last one.
export async function registerWithOauth(gateway, upstream, extra = {}) {
  const begun = await begin(gateway, upstream, extra);
  return complete(gateway, begun, await approved(begun));
}
