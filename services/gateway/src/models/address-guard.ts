/**
 * Where a team's own endpoint may lead. A base URL is chosen by a person of a team, the connection is made from inside
 * the operator's network: without a guard the gateway could be made to speak to its neighbours or to a cloud's metadata
 * service. Names are judged by what they resolve to, at the moment of connecting, so a name that changes later is caught.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface AddressRules {
  /** Whether addresses inside the operator's network are fine, as for models served in the cluster. */
  readonly allowPrivate: boolean;
  /** Hosts that may be reached by plain http, and whatever they resolve to. */
  readonly allowedHosts: readonly string[];
}

/** The endpoint may not be reached. `message` names the rule. */
export class AddressRefused extends Error {
  readonly code = 'address-refused';
  constructor(message: string) {
    super(message);
    this.name = 'AddressRefused';
  }
}

/** Checks the form of a base URL, without asking DNS. Throws AddressRefused. */
export function checkBaseUrl(baseUrl: string, rules: AddressRules): void {
  const url = new URL(baseUrl);
  const host = bareHost(url.hostname);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new AddressRefused('expected a URL that begins with https://');
  if (url.username || url.password)
    throw new AddressRefused('expected a URL without user name and password; give the key as apiKey');
  if (isAllowedHost(host, rules)) return;
  if (url.protocol === 'http:' && !rules.allowPrivate) {
    throw new AddressRefused(
      'expected https; plain http is for hosts that the operator allowed (SPECTRAL_MODEL_HOSTS)',
    );
  }
  if (isIP(host) !== 0) assertPublic(host, rules);
}

/** A `lookup` for sockets that fails with AddressRefused when any address of a name is not allowed. */
export function guardedLookup(rules: AddressRules, lookup: typeof dnsLookup = dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const refused = isAllowedHost(hostname, rules) ? null : firstRefused(addresses, rules);
      const [first] = addresses;
      if (refused || !first)
        return callback(refused ?? new AddressRefused(`${hostname} has no address`), '', 0);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

/** Whether an address is inside somebody's network, or of the host itself. Text that is no address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return NOT_PUBLIC.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Addresses of cloud metadata services; refused even where private addresses are allowed. */
function isMetadataAddress(address: string): boolean {
  return METADATA.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function firstRefused(addresses: readonly LookupAddress[], rules: AddressRules): AddressRefused | null {
  for (const { address } of addresses) {
    try {
      assertPublic(address, rules);
    } catch (error) {
      if (error instanceof AddressRefused) return error;
      throw error;
    }
  }
  return null;
}

function assertPublic(address: string, rules: AddressRules): void {
  if (isMetadataAddress(address))
    throw new AddressRefused(`${address} is a link-local address, which is never reached for a model`);
  if (!rules.allowPrivate && isPrivateAddress(address)) {
    throw new AddressRefused(
      `${address} is not a public address; the operator can allow it (SPECTRAL_MODEL_HOSTS, SPECTRAL_PRIVATE_MODELS)`,
    );
  }
}

function isAllowedHost(host: string, rules: AddressRules): boolean {
  return rules.allowedHosts.includes(host.toLowerCase());
}

function bareHost(hostname: string): string {
  return hostname
    .replaceAll(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

const METADATA = blockList(['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128']);

/** IANA's special-purpose ranges. BlockList judges IPv4-mapped IPv6 addresses by their IPv4 part. */
const NOT_PUBLIC = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]);

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
