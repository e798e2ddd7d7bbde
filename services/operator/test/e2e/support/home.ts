/** Where machines are at home: a gateway and a relay. */

export interface Home {
  readonly gatewayUrl: string;
  readonly relayUrl: string;
  /** What the operator shows to both. */
  readonly operatorSecret: string;
  stop(): Promise<void>;
}

export const OPERATOR_SECRET = 'an-operator-secret-of-a-test';
