namespace Tapline.Simulation.Tests.Scenarios;

/// <summary>A fault at a request, counted over all workers from 1.</summary>
readonly record struct Fault(FaultKind Kind, int At)
{
    /// <summary>As <c>LoseAnswer@12</c>.</summary>
    public override string ToString() => $"{Kind}@{At}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static Fault Parse(string text)
    {
        var parts = text.Split('@');
        return new Fault(Enum.Parse<FaultKind>(parts[0]), int.Parse(parts[1]));
    }
}
