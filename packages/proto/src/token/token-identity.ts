// Who a judged token speaks for: the only thing that the rest of the system learns from a token.

/** The identity that an accepted token proves. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly issuerAlias?: string;
  /** The key of every counter, row, rule and filter: the subject, or `<alias>#<subject>` from the second issuer on. */
  readonly principal: string;
  /** The subject as its issuer names it; never a key by itself. */
  readonly issuerSubject: string;
  /** Shown beside the principal; decides nothing. */
  readonly email?: string;
  /** After the issuer's list and prefix. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly clientId?: string;
  readonly scopes: readonly string[];
  readonly tokenId?: string;
  readonly audiences: readonly string[];
  readonly amr: readonly string[];
  readonly acr: readonly string[];
  readonly authTimeSeconds?: number;
  readonly issuedAtSeconds?: number;
  readonly expiresAtSeconds: number;
  /** A listed machine client: tagged in the trail. */
  readonly isService: boolean;
  /** May act for a user named in the acting header. */
  readonly isDelegating: boolean;
  /** The delegating subject's principal, where this identity was asserted by a header and not by a token. */
  readonly actor?: string;
}
