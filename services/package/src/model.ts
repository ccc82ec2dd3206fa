/** What a package is, on the wire. */

import { Type, type Static } from "typebox";

export const SMOKE_PREFIX = "smoke-";

export const PackageId = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" });

/**
 * What a client says about a package.
 *
 * Unknown fields are ignored: versions run side by side and traffic moves back, so this version must accept
 * what a newer caller sends.
 */
export const Details = Type.Object({
  size: Type.Enum(["small", "medium", "large"]),
  weightKg: Type.Number({ exclusiveMinimum: 0, maximum: 30 }),
  tag: Type.Optional(
    Type.Unsafe<string | null>({
      type: "string",
      nullable: true,
      maxLength: 64,
      // PostgreSQL keeps no NUL in a text, and UTF-8 has no lone surrogates.
      pattern: "^[^\\u0000\\uD800-\\uDFFF]*$",
    }),
  ),
});

/** A package as the service returns it. Any size, because a newer version may have stored one we do not know. */
export const Package = Type.Object({
  id: Type.String(),
  size: Type.String(),
  weightKg: Type.Number(),
  tag: Type.Optional(Type.String()),
});

export type Details = Static<typeof Details>;
export type Package = Static<typeof Package>;

export function packageOf(id: string, { size, weightKg, tag }: Details): Package {
  return { id, size, weightKg, ...(tag == null ? {} : { tag }) };
}
