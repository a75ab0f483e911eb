import type { FoundModels, Settings } from "$lib/api/generated";
import type { FakeHost } from "./fake-host";
import { formOf } from "./forms";
import type { Operations } from "./operations";
import { problems } from "./problems";
import { Purse } from "./purse";

type Names = "list_models" | "search_models" | "refresh_models" | "get_model" | "set_favourite";
type Money = "get_quote" | "get_spending" | "list_ledger" | "get_balance";

const REFRESHES = 700;

/** What a fake core answers about models and money. */
export function modelAnswers(fake: FakeHost, settings: () => Settings): Pick<Operations, Names | Money> {
  const { catalogue } = fake;
  const purse = new Purse(fake.memory, settings);
  let failed = false;
  const found = (words: string): FoundModels => ({
    ...catalogue.find(words),
    listed: catalogue.listed.length,
    listed_at: catalogue.listedAt,
    refreshing: catalogue.refreshing,
    problem: failed ? problems.noList : null,
  });
  const refreshed = () => {
    catalogue.refreshing = false;
    failed = fake.listFails;
    if (!failed) catalogue.listedAt = fake.memory.time();
    fake.announce({ type: "models" });
  };

  return {
    list_models: () => catalogue.short(),
    search_models: ({ words }) => found(words),
    refresh_models: () => {
      catalogue.refreshing = true;
      setTimeout(refreshed, REFRESHES);
      return found("");
    },
    get_model: ({ id }) => formOf(catalogue.get(id), {}),
    set_favourite: ({ id, favourite }) => {
      if (favourite) catalogue.favourites.add(id);
      else catalogue.favourites.delete(id);
      return catalogue.get(id);
    },
    get_quote: (wish) => purse.quote(wish),
    get_spending: () => purse.spending(),
    list_ledger: ({ after, limit }) => purse.ledger(after, limit),
    get_balance: () => ({ amount: fake.balance, problem: null }),
  };
}
