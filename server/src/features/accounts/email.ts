/** One address, one text: case never tells two mailboxes apart in practice, so here it tells no two accounts apart. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize("NFC").toLowerCase();
}
