namespace Tapline.Cli.Demo;

/// <summary>What the business does at once: committed whole or not at all.</summary>
/// <param name="Name">What happens, in a few words.</param>
/// <param name="Statements">In order.</param>
sealed record BarTransaction(string Name, IReadOnlyList<BarStatement> Statements);

/// <summary>One statement.</summary>
/// <param name="Sql">With <c>$1</c>, <c>$2</c> … for the values.</param>
/// <param name="Values">The values in order; null is SQL's null.</param>
sealed record BarStatement(string Sql, params object?[] Values);
