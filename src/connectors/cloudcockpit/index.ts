/**
 * CloudCockpit, a marketplace. What a reader finds where:
 *   settings, secret        what the operator sets, and the rule where requests may go
 *   token, client, errors   calls: the token, pages of lists, failures
 *   cursor, pull            which page comes next; customers, offers, then the subscriptions of each customer
 *   words, rows, amounts    a record of the API as a row of a push
 * Facts are of the vendor's API documentation (v1) and say "CloudCockpit:"; docs/connectors/cloudcockpit.md lists what is inferred.
 */
import type { SourceFactory } from '../source.js';
import { createClient } from './client.js';
import { pullPage } from './pull.js';
import { options, readSettings } from './settings.js';

export const cloudcockpit: SourceFactory = {
  id: 'cloudcockpit',
  options,
  create(values) {
    const settings = readSettings(values);
    return {
      descriptor: {
        role: 'source',
        id: 'cloudcockpit',
        title: 'CloudCockpit',
        vendor: 'CloudCockpit',
        egress: [`${settings.url}/v1/`, settings.tokenUrl],
      },
      allows: settings.allows,
      mayBePrivate: settings.named,
      connect(context) {
        const client = createClient(context, settings);
        return { pull: (cursor, signal) => pullPage(client, cursor, signal) };
      },
    };
  },
};
