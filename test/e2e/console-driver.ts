// The console as a person uses it, driven in a real browser: what tests say in their own words is done here once.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

/** Sign-in labels of the development identity provider's personas. */
export type PersonaLabel = 'Basic' | 'Power' | 'Admin' | 'No MFA';

const CHROMIUM_PATHS = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Reading a page, pushing a revision to a fleet: far above what either takes. */
const PATIENCE_MS = 20_000;

/** The browser's program; undefined where there is none, so that tests can be skipped by name. */
export function findChromium(): string | undefined {
  return CHROMIUM_PATHS.find((path) => path !== undefined && existsSync(path));
}

/** Starts a browser. The caller closes it. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
}

/** One person's browser window on the console. */
export class ConsoleDriver {
  readonly page: Page;
  /** What the browser complained about: scripts that failed, what the Content-Security-Policy stopped. */
  readonly errors: string[] = [];
  readonly #context: BrowserContext;
  readonly #origin: string;
  readonly #requestedOrigins = new Set<string>();
  #identityProviderOrigin: string | undefined;

  private constructor(context: BrowserContext, page: Page, origin: string) {
    this.#context = context;
    this.page = page;
    this.#origin = origin;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'data:') this.#requestedOrigins.add(url.origin);
    });
  }

  /** Opens a window of its own: no cookies are shared. `origin` is the gateway's. */
  static async open(browser: Browser, origin: string): Promise<ConsoleDriver> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    return new ConsoleDriver(context, await context.newPage(), origin);
  }

  /** Origins that the browser asked besides the gateway's and the one that signs people in. */
  foreignOrigins(): string[] {
    return [...this.#requestedOrigins].filter(
      (origin) => ![this.#origin, this.#identityProviderOrigin].includes(origin),
    );
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Goes to a page below /admin. */
  async goTo(path: string): Promise<void> {
    await this.page.goto(`${this.#origin}/admin${path}`);
  }

  /** Signs in through the identity provider, ending where the identity provider sends the person. */
  async signIn(label: PersonaLabel): Promise<void> {
    await this.goTo('/');
    await this.page.getByRole('button', { name: /^Sign in with/ }).click();
    const persona = this.page.getByRole('button', { name: label, exact: true });
    await persona.waitFor();
    this.#identityProviderOrigin = new URL(this.page.url()).origin;
    await persona.click();
    await this.page.waitForURL((url) => url.origin === this.#origin && url.pathname.startsWith('/admin'));
  }

  /** Signs out here and at the identity provider. */
  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: /^Signed in as/ }).click();
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await this.page.waitForURL((url) => url.pathname === '/admin/signed-out');
  }

  /** Why the sign-in page says that the last try failed. */
  async signInProblem(): Promise<string> {
    return await textOf(this.page.getByRole('alert').filter({ hasText: 'Sign-in failed' }));
  }

  /** The page's heading. */
  async heading(): Promise<string> {
    return await textOf(this.page.getByRole('heading', { level: 1 }));
  }

  /** Dollars that a person spent in the last 30 days, exact to the micro-dollar, as their page shows them. */
  async readSpendUsd(principal: string): Promise<number> {
    await this.goTo(`/people/${encodeURIComponent(principal)}`);
    return parseDollars(await textOf(this.#figure('spend-30d')));
  }

  /** Requests of a person in the last 30 days. */
  async readRequestCount(principal: string): Promise<number> {
    await this.goTo(`/people/${encodeURIComponent(principal)}`);
    return Number((await textOf(this.#figure('requests-30d'))).replaceAll(',', ''));
  }

  /**
   * Gives a person one budget, a number of dollars a day, through the structured editor: preview, reason, save, and
   * wait until every pod has it. Resolves to the revision.
   */
  async setDailyBudget(principal: string, dollars: number, reason: string): Promise<number> {
    await this.goTo(`/policies/user/${encodeURIComponent(principal)}`);
    const cost = this.#main.getByLabel('Cost', { exact: true });
    // The page is usable once its scripts run; before that a click would be lost.
    await this.page.locator('[data-hydrated]').waitFor({ state: 'attached' });
    if ((await cost.count()) === 0) await this.page.getByRole('button', { name: 'Add a budget' }).click();
    await cost.first().fill(String(dollars));
    await this.page.getByRole('button', { name: 'Preview the change' }).click();
    await this.#main.getByText('The whole configuration stays valid').waitFor();
    return await this.#save(reason);
  }

  /** Tries a prompt on the routing page; the answer's text. */
  async tryPrompt(prompt: string): Promise<string> {
    await this.goTo('/routing');
    await this.page.locator('[data-hydrated]').waitFor({ state: 'attached' });
    await this.#main.getByLabel('Prompt').fill(prompt);
    await this.page.getByRole('button', { name: 'Try it' }).click();
    await this.#figure('tried').waitFor();
    return await textOf(this.#figure('tried'));
  }

  /** Fills the JSON half of the editor and previews it; the texts of the problems. */
  async previewProblems(principal: string, rule: unknown): Promise<string> {
    await this.goTo(`/policies/user/${encodeURIComponent(principal)}`);
    await this.page.locator('[data-hydrated]').waitFor({ state: 'attached' });
    await this.#main.getByLabel('The rule as JSON').fill(JSON.stringify(rule));
    await this.page.getByRole('button', { name: 'Preview the change' }).click();
    return await textOf(this.page.getByRole('alert').filter({ hasText: 'This cannot be saved' }));
  }

  /** Takes the newest change back with one click. Resolves to the revision that did. */
  async undoNewestChange(): Promise<number> {
    await this.goTo('/policies');
    await this.page.locator('[data-hydrated]').waitFor({ state: 'attached' });
    await this.page.getByRole('button', { name: 'Undo this change' }).click();
    return await this.#waitForPush();
  }

  /** Texts of the trail's rows that a search finds, newest first. */
  async searchAudit(filters: Readonly<Record<string, string>>): Promise<string[]> {
    await this.goTo(`/audit?${new URLSearchParams(filters)}`);
    await this.page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    return await this.page
      .getByRole('row')
      .filter({ has: this.page.getByRole('cell') })
      .allInnerTexts();
  }

  /** Verifies the log in the browser; what the result says. */
  async verifyAudit(): Promise<string> {
    await this.goTo('/audit');
    await this.page.locator('[data-hydrated]').waitFor({ state: 'attached' });
    await this.page.getByRole('button', { name: 'Verify now' }).click();
    return await textOf(this.#figure('verify-result'));
  }

  /** Violations of WCAG 2.2 AA on the present page, one line each. */
  async accessibilityViolations(): Promise<string[]> {
    await this.page.evaluate(readAxeSource());
    // As text: the code runs in the page, whose globals are not this program's.
    const { violations } = await this.page.evaluate<AxeResult>(
      `globalThis.axe.run(document, { runOnly: ${JSON.stringify(AXE_RULES)} })`,
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  }

  /** True when the page is wider than the window, which nobody should have to scroll. */
  async isWiderThanWindow(): Promise<boolean> {
    const { scrollWidth, clientWidth } = await this.page.evaluate<{ scrollWidth: number; clientWidth: number }>(
      '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
    );
    return scrollWidth > clientWidth;
  }

  async #save(reason: string): Promise<number> {
    await this.page.getByRole('textbox', { name: /^Reason/ }).fill(reason);
    await this.page.getByRole('button', { name: 'Save and push to the fleet' }).click();
    return await this.#waitForPush();
  }

  /**
   * The main part of the page. What a streamed page has not yet put in its place lies hidden outside of it, and for a
   * moment beside its copy here.
   */
  get #main(): Locator {
    return this.page.locator('#main');
  }

  /** A figure of the page. */
  #figure(testId: string): Locator {
    return this.#main.getByTestId(testId);
  }

  async #waitForPush(): Promise<number> {
    const state = this.#figure('push-state');
    await state.filter({ hasText: /on (\d+) of \1 pods?/ }).waitFor();
    const revision = /Revision (\d+)/.exec(await textOf(state))?.[1];
    return Number(revision);
  }
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: string[] }[] }[];
}

function readAxeSource(): string {
  return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}

function parseDollars(text: string): number {
  return Number(text.replaceAll(/[$,]/g, ''));
}
