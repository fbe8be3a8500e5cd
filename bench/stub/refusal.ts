/** Answered as the vendor answers what it does not take: HTTP 500 with a list of texts. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
