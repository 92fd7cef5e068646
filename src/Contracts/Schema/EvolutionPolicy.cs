namespace Tapline.Contracts.Schema;

/// <summary>What a table of the lake does when its source table changes its columns.</summary>
public enum EvolutionPolicy
{
    /// <summary>Follows: new columns are added, columns widened, and a type that does not fit gets a column of its
    /// own.</summary>
    Evolve,
    /// <summary>Adds columns; a column whose type changes stays, and only values that do not fit it go to
    /// quarantine.</summary>
    Lenient,
    /// <summary>Changes nothing: records under the changed schema go to quarantine until a person decides.</summary>
    Exception,
    /// <summary>Takes no new columns; a column whose type changes stays, as with <see cref="Lenient"/>.</summary>
    Ignore,
}
