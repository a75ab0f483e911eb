import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Comparison } from "./comparison.svelte";
import SplitHandle from "./SplitHandle.svelte";

test("the line is a slider that a keyboard moves and a screen reader reads", async () => {
  const comparison = new Comparison();
  const visible = { left: 0, top: 0, width: 600, height: 400 };
  render(SplitHandle, { comparison, visible, before: "Original", after: "warmer" });
  const slider = screen.getByRole("slider", { name: "Before and after" });
  slider.focus();
  await userEvent.keyboard("{ArrowRight}{Shift>}{ArrowRight}{/Shift}");
  expect(slider.getAttribute("aria-valuenow")).toBe("62");
  expect(slider.getAttribute("aria-valuetext")).toBe("62 % Original, 38 % warmer");
  await userEvent.keyboard("{Home}");
  expect(comparison.split).toBe(0);
});
