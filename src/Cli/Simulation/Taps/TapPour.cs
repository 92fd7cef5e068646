using System.Text.Json;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>One glass.</summary>
/// <param name="Kind">Whether it was sold.</param>
/// <param name="VolumeMl">What ran.</param>
/// <param name="TargetMl">What should have.</param>
/// <param name="DurationMs">How long it ran.</param>
/// <param name="AmountMinor">Its price in cents; null when nobody pays.</param>
readonly record struct TapPour(string Kind, int VolumeMl, int TargetMl, int DurationMs, int? AmountMinor)
{
    const int DrawsEach = 8;
    const int PintMl = 473;
    const int HalfMl = 284;

    static readonly string[] Beers = ["Pale Ale", "Lager", "Stout", "Wheat", "Pilsner", "Amber Ale", "IPA", "Porter"];

    /// <summary>The <paramref name="n"/>-th glass of a tap.</summary>
    public static TapPour Draw(Dice dice, long n, int pintPrice)
    {
        var first = n * DrawsEach;
        var kind = dice.Unit(first) switch
        {
            < 0.93 => "sale",
            < 0.96 => "comp",
            < 0.99 => "waste",
            _ => "cleaning",
        };
        var target = dice.Chance(first + 1, 0.75) ? PintMl : HalfMl;
        var volume = target + 25 * dice.Normal(first / 2 + 1);
        if (dice.Chance(first + 4, 0.12))
            volume *= 1.12;
        int? amount = kind == "sale" ? pintPrice * target / PintMl : null;
        return new TapPour(
            kind, Math.Max(40, (int)volume), target, Math.Max(40, (int)volume) * 13 + dice.Between(first + 5, 0, 900),
            amount);
    }

    /// <summary>What a tap serves.</summary>
    public static string Beer(Dice traits) => Beers[traits.Between(6, 0, Beers.Length)];

    /// <summary>Writes its fields.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="beer">What it was.</param>
    /// <param name="takesBack">The message that it takes back; null when it is a glass.</param>
    public void Write(Utf8JsonWriter json, string beer, Guid? takesBack)
    {
        json.WriteString("kind"u8, Kind);
        json.WriteString("op"u8, takesBack is null ? "add"u8 : "void"u8);
        if (takesBack is { } reference)
            json.WriteString("ref_eid"u8, reference);
        json.WriteString("pid"u8, beer);
        json.WriteNumber("volume_ml"u8, VolumeMl);
        json.WriteNumber("target_ml"u8, TargetMl);
        json.WriteNumber("dur_ms"u8, DurationMs);
        if (AmountMinor is { } amount)
            json.WriteNumber("amount_minor"u8, amount);
        else
            json.WriteNull("amount_minor"u8);
    }
}
