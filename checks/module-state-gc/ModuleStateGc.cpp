// Reports a module whose state keeps types made from specs, or objects, while the module has no m_traverse,
// and fields of the state that m_clear or m_free releases and m_traverse does not visit: the module, its
// types and their instances refer to each other and are never freed.
//
// Does not report modules without state, states that hold strings and numbers only, and single-phase modules,
// which are never freed.
//
// Known holes: state that is filled in another unit; slots of PyModExport_ that are not a table of the unit.

#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class ModuleStateGc : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const clang::VarDecl *V : U.index().initialised())
      if (auto M = readModule(V, U.context()))
        for (auto &D : {judge(U, *M), judgeRelease(U, *M)})
          if (D)
            Found.push_back(*D);
    return Found;
  }

private:
  static const Function *bodyOf(Unit &U, const clang::Expr *E) {
    return E ? U.index().find(functionNamedBy(E)) : nullptr;
  }

  static std::optional<Diagnosis> judge(Unit &U, const ModuleInfo &M) {
    if (!M.State || !M.Slots)
      return std::nullopt;
    const Function *Traverse = bodyOf(U, M.Traverse);
    std::vector<const Function *> Releasers;
    for (const clang::Expr *E : {M.Clear, M.Free})
      if (const Function *F = bodyOf(U, E))
        Releasers.push_back(F);
    std::vector<Edge> Edges = U.types().edgesOf(M.State, Releasers);
    std::vector<const Edge *> Owned;
    bool HoldsType = false, RefersBack = false;
    for (const Edge &E : Edges) {
      if (E.Kind != Edge::Owned || (M.Traverse && (!E.ReleasedByType || !Traverse ||
                                                   U.types().visits(Traverse, E.Field) != Answer::No)))
        continue;
      Owned.push_back(&E);
      HoldsType |= holdsHeapType(U, E.Field);
      RefersBack |= E.FromPython || holdsContainer(U, E.Field);
    }
    if (Owned.empty() || (!M.Traverse && !HoldsType))
      return std::nullopt;
    Diagnosis D = describe(M, Traverse, Owned);
    if (!HoldsType && !RefersBack)
      D.Sureness = Confidence::Possible;
    return D;
  }

  /// What m_traverse visits and neither m_clear nor m_free releases.
  static std::optional<Diagnosis> judgeRelease(Unit &U, const ModuleInfo &M) {
    const Function *Traverse = bodyOf(U, M.Traverse);
    if (!M.State || !M.Slots || !Traverse)
      return std::nullopt;
    std::vector<const Function *> Releasers;
    for (const clang::Expr *E : {M.Clear, M.Free})
      if (E && !bodyOf(U, E))
        return std::nullopt;
      else if (E)
        Releasers.push_back(bodyOf(U, E));
    std::vector<Edge> Edges = U.types().edgesOf(M.State, Releasers);
    std::vector<const Edge *> Kept;
    for (const Edge &E : Edges)
      if (E.Kind == Edge::Owned && U.types().visits(Traverse, E.Field) == Answer::Yes &&
          llvm::all_of(Releasers,
                       [&](const Function *F) { return U.types().releases(F, E.Field) == Answer::No; }))
        Kept.push_back(&E);
    if (Kept.empty())
      return std::nullopt;
    const Function *Clear = bodyOf(U, M.Clear);
    Diagnosis D;
    D.Where = nameRange(Clear ? static_cast<const clang::NamedDecl *>(Clear->Decl) : M.Definition);
    D.Message = "the state of module '" + M.Name + "' owns " + quotedFields(Kept) + ", but " +
                (Releasers.empty() ? "the module has neither m_clear nor m_free"
                                   : std::string("nothing releases ") + (Kept.size() == 1 ? "it" : "them")) +
                "; what it refers to is never freed";
    for (const Edge *E : Kept)
      explainEdge(*E, "is visited and never released", D.Path);
    D.Path.push_back({D.Where, "release in m_clear what m_traverse visits, and call m_clear from m_free"});
    return D;
  }

  static bool holdsHeapType(Unit &U, const clang::FieldDecl *Field) {
    for (const ReferenceOp &Op : U.types().references().on(Field))
      if (Op.What == ReferenceOp::Store) {
        BaseType Stored = U.types().typeNamedBy(Op.Value);
        if (Stored.What == BaseType::InUnit && Stored.Type->Heap)
          return true;
      }
    return false;
  }

  /// A type that another unit defines, or a new container of whatever is put into it.
  static bool holdsContainer(Unit &U, const clang::FieldDecl *Field) {
    clang::QualType Target = Field->getType()->getPointeeType();
    return (!Target.isNull() && typeName(Target) == "_typeobject") ||
           llvm::any_of(U.types().references().on(Field), [](const ReferenceOp &Op) {
             return Op.What == ReferenceOp::Store && Knowledge::get().Fresh.contains(calleeName(Op.Value));
           });
  }

  static Diagnosis describe(const ModuleInfo &M, const Function *Traverse,
                            const std::vector<const Edge *> &Owned) {
    bool One = Owned.size() == 1;
    Diagnosis D;
    D.Where = nameRange(Traverse ? static_cast<const clang::NamedDecl *>(Traverse->Decl) : M.Definition);
    D.Message = "the state of module '" + M.Name + "' owns " + quotedFields(Owned) + ", but " +
                (Traverse ? "'" + displayName(*Traverse->Decl) + "' does not visit " + (One ? "it" : "them")
                          : std::string("the module has no m_traverse")) +
                "; the module and what it refers to are never freed";
    for (const Edge *E : Owned)
      explainEdge(*E, "is not visited", D.Path);
    D.Path.push_back(
        {D.Where, Traverse ? "visit what m_clear releases" : "add m_traverse, m_clear and m_free"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(ModuleStateGc)

} // namespace ungil
