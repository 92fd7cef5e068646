using System.Collections.Immutable;

namespace Tapline.Simulation.Tests.Scenarios;

/// <summary>All that decides a simulation: what the source does, what fails, and the seed of the order in which things
/// happen. As text it is one line that can be put into a test.</summary>
sealed record Scenario(int Seed, ImmutableArray<Operation> Operations, ImmutableArray<Fault> Faults)
{
    const int FaultsMax = 12;
    const int SeedsPerTwoLanes = 4;
    const int SeedsPerDevices = 3;

    /// <summary>How many lanes the lake has. Where there are two, they move between workers, rightly or not.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>Whether devices publish messages.</summary>
    public bool HasDevices => Operations.Any(static operation => operation.Kind == OperationKind.Tell);

    /// <summary>Whether no two workers ever work at one time, and the clock goes forward: then results of windows come
    /// in the order of their generations.</summary>
    public bool HasOneOwner => Lanes == 1
        && !Faults.Any(static fault => fault.Kind is FaultKind.Freeze or FaultKind.Rival or FaultKind.Jump);

    /// <summary>The scenario of a seed.</summary>
    public static Scenario Of(int seed)
    {
        var chance = new Random(seed);
        var operations = Enumerable.Range(0, chance.Next(10, 60)).Select(_ => Draw(chance)).ToImmutableArray();
        var kinds = Enum.GetValues<FaultKind>().Where(static kind => kind != FaultKind.None).ToArray();
        var span = 20 + 10 * operations.Length;
        var faults = Enumerable.Range(0, chance.Next(FaultsMax + 1))
            .Select(_ => new Fault(kinds[chance.Next(kinds.Length)], 1 + chance.Next(span)))
            .DistinctBy(static fault => fault.At)
            .OrderBy(static fault => fault.At)
            .ToImmutableArray();
        if (seed % SeedsPerDevices == 0)
            operations = [.. operations.Select((operation, i) => chance.Next(2) == 0 ? operation : Tell(chance, i))];
        return new Scenario(seed, operations, faults) { Lanes = seed % SeedsPerTwoLanes == 0 ? 2 : 1 };
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static Scenario Parse(string text)
    {
        var parts = text.Split('|');
        return new Scenario(
            int.Parse(parts[0]),
            [.. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Operation.Parse)],
            [.. parts[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Fault.Parse)])
        {
            Lanes = parts.Length > 3 ? int.Parse(parts[3]) : 1,
        };
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Seed}|{string.Join(' ', Operations)}|{string.Join(' ', Faults)}{(Lanes == 1 ? "" : $"|{Lanes}")}";

    // Boots come one after the other; some of the messages are of an older one, or were told before.
    static Operation Tell(Random chance, int place)
    {
        var boot = Math.Max(0, place / 6 - chance.Next(7));
        return new(OperationKind.Tell, chance.Next(2), boot + (chance.Next(8) == 0 ? 100 : 0), chance.Next(8));
    }

    static Operation Draw(Random chance)
    {
        var (table, key) = (chance.Next(2), chance.Next(12));
        return chance.Next(20) switch
        {
            < 9 => new(OperationKind.Put, table, key),
            < 12 => new(OperationKind.Keep, table, key),
            < 14 => new(OperationKind.Delete, table, key),
            < 16 => new(OperationKind.Move, table, key, chance.Next(12)),
            16 => new(OperationKind.Repeat, 0, 1 + chance.Next(20)),
            17 => new(OperationKind.Rest, 0, chance.Next(4)),
            18 => new(OperationKind.Poison, table, key),
            _ => new(OperationKind.Truncate, 1, 0),
        };
    }
}
