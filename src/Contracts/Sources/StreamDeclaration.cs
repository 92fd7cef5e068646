using System.Collections.Immutable;

namespace Tapline.Contracts.Sources;

/// <summary>What is declared of one stream of device messages.</summary>
/// <param name="Name">The last word of its topic.</param>
public sealed record StreamDeclaration(string Name)
{
    /// <summary>Fields that are columns; each has a type.</summary>
    public ImmutableArray<DeclaredColumn> Columns { get; init; } = [];

    /// <summary>The fields that, with the device, tell a message without a number from others; empty where such
    /// messages are never taken for repeats.</summary>
    public ImmutableArray<string> OnceBy { get; init; } = [];
}
