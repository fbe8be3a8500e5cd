import type { TestApp } from './app.js';
import { API_USER } from './world.js';

/** A person at work in the PSA's own pages: the same effects, by the PSA's own API. */
export interface Person {
  /** Changes units, price or cost of the line of a service from a day on. */
  adjust(contractId: string, serviceId: string, change: HandMade): Promise<void>;
  /** Changes fields of a record, such as the end of a contract. */
  edit(entity: 'Contracts' | 'Services', id: string, fields: object): Promise<void>;
}

export interface HandMade {
  readonly unitChange: number;
  readonly effectiveDate: string;
  readonly adjustedUnitPrice?: number;
  readonly adjustedUnitCost?: number;
  /** A second line of the service, beside the one that is there. */
  readonly allowRepeatService?: boolean;
}

export function personOf({ simulator }: Pick<TestApp, 'simulator'>): Person {
  async function send(method: 'POST' | 'PATCH', path: string, body: object): Promise<void> {
    const { username, secret, integrationCode } = API_USER;
    const response = await fetch(`${simulator.url}/ATServicesRest/V1.0/${path}`, {
      method,
      headers: {
        ...{ 'content-type': 'application/json', ApiIntegrationCode: integrationCode },
        ...{ UserName: username, Secret: secret },
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  return {
    adjust: (contractId, serviceId, change) =>
      send('POST', `Contracts/${contractId}/ServiceAdjustments`, {
        ...{ contractID: Number(contractId), serviceID: Number(serviceId) },
        ...change,
      }),
    edit: (entity, id, fields) => send('PATCH', entity, { id: Number(id), ...fields }),
  };
}
