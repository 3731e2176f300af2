# %% [markdown]
# # How much warmer may it get?
# A small site for an hour at noon, as it is and 4 and 8 K warmer: power, PUE, and the hottest chip.

# %%
import rainier_twin as twin

warmer = twin.runs(
    "builtin:lab-day",
    [{"scenario:weather_offset_k": kelvin} for kelvin in (0, 4, 8)],
    threads=1,
)
print(warmer[["scenario:weather_offset_k", "pue", "it_power_mean_w", "water_m3", "hottest_chip_c"]].to_string(index=False))

# %% [markdown]
# The series of one of them, minute by minute.

# %%
run = twin.run("builtin:lab-day", set={"scenario:weather_offset_k": 8, "scenario:record_every_s": "60s"}, threads=1)
hottest = run.series["hottest_chip_c"]
print(f"hottest at {hottest.idxmax():.0f} s: {hottest.max():.1f} °C; digest {run.digest[:12]}")

# %%
# Fans hold the chips at their temperature as long as they can, so that warmth costs power; then the media are wetted.
assert warmer["it_power_mean_w"].iloc[1] > warmer["it_power_mean_w"].iloc[0]
assert warmer["water_m3"].iloc[-1] > warmer["water_m3"].iloc[0]
