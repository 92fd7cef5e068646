using System.Globalization;
using Tapline.Cli.Demo;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>The texts in the business's rows, JSON as PostgreSQL prints it.</summary>
static class BarTexts
{
    public static readonly string[] Owners =
        ["Ana Okafor", "Björn Müller", "Chloé Rossi", "Dmitri Novák", "Emeka Lee", "Fatima Singh"];

    public static string AccountName(Dice dice, long number) =>
        $"{dice.Pick(0, BarWords.Adjectives)} {dice.Pick(1, BarWords.Nouns)} {number}";

    public static string PersonName(Dice dice) =>
        $"{dice.Pick(0, BarWords.FirstNames)} {dice.Pick(1, BarWords.LastNames)}";

    public static string Attributes(Dice dice) => Invariant(
        $$"""{"size": {{dice.Between(20, 1, 50)}}, "source": "{{dice.Pick(21, BarWords.Channels)}}"}""");

    public static string Address(Dice dice, string city) => Invariant(
        $$"""{"city": "{{city}}", "street": "{{dice.Between(20, 1, 400)}} High Street"}""");

    public static string Preferences(Dice dice) => dice.Chance(20, 0.5)
        ? """{"theme": "dark", "units": "metric"}"""
        : """{"theme": "light", "units": "imperial"}""";

    public static string Config(Dice dice) => Invariant(
        $$"""{"flow": {{0.9m + dice.Between(20, 0, 21) / 100m}}, "line_ml": {{dice.Between(21, 200, 600)}}}""");

    public static string Line(string plan, int quantity, decimal amount) => Invariant(
        $$"""[{"plan": "{{plan}}", "amount": {{amount}}, "quantity": {{quantity}}}]""");

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
