namespace Tapline.Simulation.Tests.PlantedBugs;

/// <summary>A mistake that somebody could make in the commit protocol.</summary>
public enum PlantedBug
{
    /// <summary>Nobody looks whether a table has a transaction already.</summary>
    FenceSkipped,
    /// <summary>Put-if-absent looks first and writes then.</summary>
    CheckThenWrite,
    /// <summary>The manifest comes before the tables' commits.</summary>
    ManifestFirst,
    /// <summary>A conditional write without an answer counts as done.</summary>
    LostAnswerTakenForSuccess,
    /// <summary>A commit without an answer counts as not done, and is made again without looking.</summary>
    LostAnswerTakenForFailure,
    /// <summary>A plain write without an answer counts as done.</summary>
    LostFileTakenForSuccess,
    /// <summary>A new deletion vector lacks the rows of the one that it replaces.</summary>
    VectorsNotUnited,
}
